/** The exemption of targets from a deny statement, and of nothing else. */
import { withStatement } from "../change.ts";
import { type PolicyDocument, type Statement, isRefused } from "../document.ts";
import { exemptByKey, exemptByResource } from "../exempt.ts";
import { plainValue } from "../json-reader.ts";
import { type Target, patternIn } from "./target.ts";

export interface Exempted {
  readonly document: PolicyDocument;
  readonly steps: readonly string[];
}

const profileKey = "bedrock:InferenceProfileArn";
const regionKey = "aws:RequestedRegion";

/**
 * Exempts the targets' models. Outside of its Regions a narrow target stays denied, by a second statement:
 * a profile may get other destinations next year.
 */
export function exemptModels(
  document: PolicyDocument,
  statement: Statement,
  targets: readonly Target[],
): Exempted | undefined {
  const patterns = targets.map(({ pattern }) => patternIn(document.kind, pattern));
  const first = exemptByKey(document, statement, profileKey, patterns);
  const steps = [first.what];
  let changed = first.document;
  for (const [regions, members] of byRegions(targets.filter(({ style }) => style === "narrow"))) {
    const kept = stillDenied(changed, statement, regions, members);
    if (kept === "nothing") continue;
    if (kept === undefined) return undefined;
    changed = withStatement(changed, kept);
    steps.push(
      `add a statement that keeps denying ${members.length === 1 ? "this profile" : "these profiles"} outside of ${regions.join(", ")}`,
    );
  }
  return { document: changed, steps };
}

/** Exempts the profiles themselves; undefined where the statement names them by a pattern among others. */
export function exemptProfiles(
  document: PolicyDocument,
  statement: Statement,
  targets: readonly Target[],
): Exempted | undefined {
  const done = exemptByResource(
    document,
    statement,
    targets.map(({ pattern }) => patternIn(document.kind, pattern)),
  );
  return done === undefined || isRefused(done.document) ? undefined : { document: done.document, steps: [done.what] };
}

function byRegions(targets: readonly Target[]): [regions: readonly string[], targets: Target[]][] {
  const groups = new Map<string, [readonly string[], Target[]]>();
  for (const target of targets) {
    const regions = target.regions.toSorted();
    const group = groups.get(regions.join(" ")) ?? [regions, []];
    group[1].push(target);
    groups.set(regions.join(" "), group);
  }
  return [...groups.values()];
}

type Block = Record<string, Record<string, unknown>>;

/** The original statement, for these profiles in other Regions. */
function stillDenied(
  document: PolicyDocument,
  statement: Statement,
  regions: readonly string[],
  targets: readonly Target[],
): Readonly<Record<string, unknown>> | "nothing" | undefined {
  if (onlyIn(statement, regions)) return "nothing";
  const plain = plainValue(statement.node);
  if (typeof plain !== "object" || plain === null) return undefined;
  const conditions = blockOf("Condition" in plain ? plain.Condition : {});
  const patterns = targets.map(({ pattern }) => patternIn(document.kind, pattern));
  const fits = addTest(conditions, ["ArnLike", "ArnEquals", "StringLike"], profileKey, patterns);
  if (!fits || !requireOtherRegion(conditions, regions)) return undefined;
  return { ...plain, ...newSid(document, statement), Condition: conditions };
}

/** Whether the statement applies only in these Regions: then nothing else has to be kept. */
function onlyIn(statement: Statement, regions: readonly string[]): boolean {
  return statement.conditions.some(
    ({ operator, key, values }) =>
      operator === "StringEquals" &&
      key.toLowerCase() === regionKey.toLowerCase() &&
      values.every((value) => regions.includes(value)),
  );
}

function blockOf(value: unknown): Block {
  const operators = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(
    operators.map(([operator, keys]: [string, unknown]) => [
      operator,
      typeof keys === "object" && keys !== null ? { ...keys } : {},
    ]),
  );
}

function keyIn(block: Readonly<Record<string, unknown>> | undefined, key: string): string | undefined {
  return Object.keys(block ?? {}).find((name) => name.toLowerCase() === key.toLowerCase());
}

/** Adds a test under the first operator without one for the key: as all tests have to hold, the statement applies to less. */
function addTest(conditions: Block, operators: readonly string[], key: string, values: readonly string[]): boolean {
  const free = operators.find((operator) => keyIn(conditions[operator], key) === undefined);
  if (free === undefined) return false;
  conditions[free] = { ...conditions[free], [key]: values.length === 1 ? values[0] : values };
  return true;
}

/** Adds Regions to an existing test of other Regions: not in these and not in those is not in either. */
function requireOtherRegion(conditions: Block, regions: readonly string[]): boolean {
  const present = keyIn(conditions["StringNotEquals"], regionKey);
  if (present === undefined) return addTest(conditions, ["StringNotEquals"], regionKey, regions);
  const block = conditions["StringNotEquals"] ?? {};
  const old = block[present];
  const before = Array.isArray(old) ? old.map(String) : [String(old)];
  conditions["StringNotEquals"] = { ...block, [present]: [...new Set([...before, ...regions])] };
  return true;
}

function newSid(document: PolicyDocument, { sid }: Statement): { readonly Sid?: string } {
  if (sid === undefined || sid === "") return {};
  const taken = new Set(document.statements.map((statement) => statement.sid));
  const wanted = `${sid}Elsewhere`;
  for (let count = 1; ; count++) {
    const name = count === 1 ? wanted : `${wanted}${count}`;
    if (!taken.has(name)) return { Sid: name };
  }
}
