/** The addition of policies to the report `denials`: a column with the change that would help. */
import type { Engine, Result } from "../../engines/engine.ts";
import { type PlainRow, allRows, plainRows, resultOf } from "../../engines/result.ts";
import { explainDenial } from "../../policy/explain-denial.ts";
import { actionOf, invoke, invokeStream } from "../../policy/operations.ts";
import { type KnownProfile, resolveProfile } from "../../policy/resolve-profile.ts";
import { readQuery } from "../../sql/query-file.ts";
import { type Scope, applyScope } from "../../sql/scope.ts";
import { calledProfiles } from "./called-profiles.ts";
import type { PolicyView } from "./policy-view.ts";

const groupColumns = [
  "principal",
  "account_id",
  "source_region",
  "denied_region",
  "denied_by",
  "explicit",
  "policy_arn",
] as const;

/** The report's rows with `explanation` behind them: one sentence for each profile that was called. */
export async function explainDenials(
  result: Result,
  { bundle, given }: PolicyView,
  scope: Scope,
  engine: Engine,
): Promise<Result> {
  const rows = await allRows(result);
  const groups = rows.map((row): PlainRow =>
    Object.fromEntries(result.columns.map(({ name }, index) => [name, row[index] ?? null])),
  );
  const calls = await deniedCalls(scope, engine);
  const profiles = await calledProfiles(engine, { ...scope, boundary: undefined });
  const explanations = groups.map((group) => {
    const sentences = calls
      .filter((call) => isSameGroup(call, group))
      .map((call) => {
        const asked = callOf(call, profiles);
        return typeof asked === "string"
          ? asked
          : explainDenial(bundle, { call: asked, deniedRegion: textOf(group["denied_region"]) }, given);
      });
    // the engine gives the calls in any order
    return [...new Set(sentences)].toSorted().join(" | ") || null;
  });
  const columns = [...result.columns, { name: "explanation", type: "text" as const }];
  const cells = result.columns.map((_, column) => rows.map((row) => row[column] ?? null));
  return resultOf(columns, [...cells, explanations]);
}

/** What was called, for every group of the report. */
async function deniedCalls(scope: Scope, engine: Engine): Promise<PlainRow[]> {
  const sql = readQuery("policies/denied-calls.sql");
  return await plainRows(await engine.run(applyScope(sql, scope, engine.qualify)));
}

function isSameGroup(call: PlainRow, group: PlainRow): boolean {
  return groupColumns.every((name) => call[name] === group[name]);
}

function textOf(cell: PlainRow[string] | undefined): string | null {
  return typeof cell === "string" ? cell : null;
}

type Asked = Parameters<typeof explainDenial>[1]["call"];

/** The call as the policies saw it, or why it is not known. */
function callOf(row: PlainRow, known: readonly KnownProfile[]): Asked | string {
  const [principal, account, sourceRegion] = [
    textOf(row["principal"]),
    textOf(row["account_id"]),
    textOf(row["source_region"]),
  ];
  if (principal === null || account === null || sourceRegion === null)
    return "the record does not say who called from where";
  const id = textOf(row["profile_id"]);
  const application = row["model_kind"] === "application-profile";
  const profile =
    id !== null && application ? `arn:aws:bedrock:${sourceRegion}:${account}:application-inference-profile/${id}` : id;
  const found = resolveProfile({ profile, sourceRegion, model: textOf(row["model"]) ?? undefined }, known);
  if ("problem" in found) return `nothing can be said: ${found.problem}`;
  return {
    profile,
    model: found.model,
    sourceRegion,
    destinations: found.destinations,
    account,
    principal,
    action: actionOf(textOf(row["operation"]) ?? "") ?? (row["streaming"] === true ? invokeStream : invoke),
  };
}
