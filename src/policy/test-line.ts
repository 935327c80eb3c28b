/** A line of a policy test: a request with its documents, its decision, and the comparison with what was expected. */
import { z } from "zod";
import type { Call } from "./call.ts";
import { isMantle } from "./checks.ts";
import type { PrincipalPolicies } from "./bundle-layers.ts";
import { type PolicyDocument, policyOf } from "./document.ts";
import { type CallAnswer, evaluateCall } from "./evaluate.ts";
import { type ExpectedAnswer, expectation, meetsExpectation } from "./expectation.ts";
import { JsonError, type JsonNode, type ObjectNode, memberOf, placeOf, plainValue, readJson } from "./json-reader.ts";
import type { PolicyKind } from "./kinds.ts";
import { type LayerDocuments, layersOf } from "./layers.ts";
import { type KnownProfile, resolveProfile } from "./resolve-profile.ts";
import { roleOfSession } from "./arn.ts";

const request = z.strictObject({
  profile: z.string().nullish(),
  model: z.string().optional(),
  source_region: z.string(),
  destinations: z.array(z.string()).optional(),
  account: z.string().optional(),
  principal_arn: z.string(),
  action: z.string().default("bedrock:InvokeModel"),
  project: z.string().optional(),
  context: z.record(z.string(), z.union([scalar(), z.array(scalar())])).optional(),
  resource_tags: z.record(z.string(), z.record(z.string(), z.string())).optional(),
  bearer_token: z.enum(["SHORT_TERM", "LONG_TERM"]).optional(),
  management_account: z.boolean().optional(),
  partition: z.string().optional(),
});

const head = z.object({ id: z.string(), request, expect: expectation.optional(), bundle: z.string().optional() });

type Request = z.infer<typeof request>;

function scalar(): z.ZodType<string, string | number | boolean> {
  return z.union([z.string(), z.number(), z.boolean()]).transform(String);
}

export interface TestResult {
  readonly id: string;
  readonly answer: CallAnswer | undefined;
  /** Whether the answer is as expected; null without an expectation. */
  readonly pass: boolean | null;
  /** Faults of the line or its documents, with which nothing is allowed. */
  readonly problems: readonly string[];
  readonly differences: readonly string[];
}

/** The files that a line may refer to. */
export interface TestSurroundings {
  readonly file: string;
  readonly line: number;
  readonly profiles: readonly KnownProfile[];
  /** The documents of a principal in a bundle file. @throws for their faults */
  readonly bundle: (file: string, principal: string) => Promise<PrincipalPolicies>;
}

export async function runTestLine(text: string, around: TestSurroundings): Promise<TestResult> {
  const unnamed = `line ${around.line}`;
  let root: JsonNode;
  try {
    root = readJson(text);
  } catch (thrown) {
    if (!(thrown instanceof JsonError)) throw thrown;
    return failed(unnamed, `${around.file}:${around.line}:${placeOf(text, thrown.offset).column}: ${thrown.message}`);
  }
  const parsed = head.safeParse(plainValue(root));
  if (root.kind !== "object" || !parsed.success) {
    const id = root.kind === "object" ? memberOf(root, "id") : undefined;
    const said = parsed.success ? "a test is a JSON object" : z.prettifyError(parsed.error).replaceAll(/\s+/g, " ");
    return failed(id?.kind === "string" ? id.value : unnamed, `${around.file}:${around.line}: ${said}`);
  }
  return await runParsed(text, root, parsed.data, around);
}

async function runParsed(
  text: string,
  root: ObjectNode,
  line: z.infer<typeof head>,
  around: TestSurroundings,
): Promise<TestResult> {
  const call = callOf(line.request, around.profiles);
  if ("problem" in call) return failed(line.id, `${around.file}:${around.line}: ${call.problem}`, line.expect);
  const own = documentsIn(text, root, `${around.file}:${around.line}`);
  const bundled = line.bundle === undefined ? undefined : await around.bundle(line.bundle, call.principal);
  const ownLayers = layersOf(own);
  const kinds = new Set(ownLayers.map(({ kind }) => kind));
  const fromBundle = (bundled?.layers ?? []).filter(
    ({ kind }) => !kinds.has(kind) && !(kind === "scp" && own.scps !== undefined),
  );
  const layers = [...fromBundle, ...ownLayers];
  const answer = evaluateCall(
    { ...call, managementAccount: call.managementAccount ?? bundled?.managementAccount },
    layers,
    {
      context: { ...bundled?.context, ...contextValues(line.request) },
      resourceTags: line.request.resource_tags,
      others: "absent",
    },
  );
  const problems = layers
    .flatMap(({ documents }) => documents)
    .flatMap((document) => document.problems)
    .filter(({ severity }) => severity === "error")
    .map(({ file, message }) => `${file}: ${message}`);
  const differences = line.expect === undefined ? [] : meetsExpectation(answer, line.expect);
  return {
    id: line.id,
    answer,
    pass: line.expect === undefined ? null : differences.length === 0,
    problems,
    differences,
  };
}

function failed(id: string, problem: string, expected?: ExpectedAnswer): TestResult {
  return { id, answer: undefined, pass: expected === undefined ? null : false, problems: [problem], differences: [] };
}

function callOf(given: Request, profiles: readonly KnownProfile[]): Call | { readonly problem: string } {
  const session = roleOfSession(given.principal_arn);
  if (session !== undefined)
    return { problem: `${given.principal_arn} is a session; policies see its role, ${session.role}` };
  const account = given.account ?? /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(given.principal_arn)?.[1];
  if (account === undefined) return { problem: "the request has no account" };
  if (isMantle(given) && typeof given.profile === "string")
    return { problem: "bedrock-mantle does no cross-Region inference and takes no profile" };
  const found = resolveProfile(
    { ...given, profile: given.profile ?? null, sourceRegion: given.source_region },
    profiles,
  );
  if ("problem" in found) return found;
  return {
    profile: given.profile ?? null,
    model: found.model,
    sourceRegion: given.source_region,
    destinations: found.destinations,
    account,
    principal: given.principal_arn,
    action: given.action,
    project: given.project,
    bearerToken: given.bearer_token,
    managementAccount: given.management_account,
    partition: given.partition,
  };
}

function contextValues(given: Request): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(given.context ?? {}).map(([key, value]) => [key, Array.isArray(value) ? value : [value]]),
  );
}

/** The documents in a line; layers that it does not have are left out. */
function documentsIn(text: string, root: ObjectNode, place: string): LayerDocuments {
  const read = (kind: PolicyKind, name: string, node: JsonNode): PolicyDocument[] =>
    (node.kind === "array" ? node.items : [node]).map((item, index) =>
      policyOf(kind, `${place} ${name}[${index}]`, text, item),
    );
  const layer = (kind: PolicyKind): Partial<Record<PolicyKind, PolicyDocument[]>> => {
    const node = memberOf(root, kind);
    return node === undefined || node.kind === "null" ? {} : { [kind]: read(kind, kind, node) };
  };
  const scps = memberOf(root, "scps");
  const levels =
    scps?.kind === "array" ? scps.items.map((node, level) => read("scp", `scps[${level}]`, node)) : undefined;
  return {
    ...(levels === undefined ? {} : { scps: levels }),
    ...layer("identity"),
    ...layer("boundary"),
    ...layer("session"),
    ...layer("endpoint"),
  };
}
