/** The warning that there is no call to report, or none that a scope or a member of it matches: a misspelt name would look like one without inference. */
import type { Engine } from "../engines/engine.ts";
import { plainRows } from "../engines/result.ts";
import type { Logger } from "../log.ts";
import { type Scope, applyScope } from "../sql/scope.ts";

const found = "SELECT count(*) AS n FROM (SELECT 1 FROM invocation_day LIMIT 1) AS one";

/** Warns, and returns the words for callers that repeat them. */
export async function warnOfEmptyScope(engine: Engine, scope: Scope, log: Logger): Promise<readonly string[]> {
  const matches = async (part: Scope): Promise<boolean> => {
    const [row] = await plainRows(await engine.run(applyScope(found, part, engine.qualify)));
    return Number(row?.["n"]) > 0;
  };
  if (!(await matches({}))) {
    const said = "no inference data was read: the warehouse holds no call of a model";
    log.warn(said, {
      next: "Inference is logged as read events: check that the trail logs them, and which days were read: spillway report coverage",
    });
    return [said];
  }
  const said = await unmatchedParts(matches, scope);
  for (const sentence of said) log.warn(sentence);
  return said;
}

/** Asks for each account, Region and principal alone, then for all of the scope. Statements of their own: for an engine that costs nothing. */
async function unmatchedParts(matches: (part: Scope) => Promise<boolean>, scope: Scope): Promise<readonly string[]> {
  const members: (readonly [string, Scope])[] = [
    ...(scope.accounts ?? []).map((value) => [`account ${value}`, { accounts: [value] }] as const),
    ...(scope.regions ?? []).map((value) => [`source Region ${value}`, { regions: [value] }] as const),
    ...(scope.principals ?? []).map((value) => [`principal ${value}`, { principals: [value] }] as const),
  ];
  const { from, to, accounts, regions, principals } = scope;
  const filters = { from, to, accounts, regions, principals };
  if (!Object.values(filters).some((value) => value !== undefined)) return [];
  const said: string[] = [];
  for (const [name, part] of members) if (!(await matches(part))) said.push(`no call in the warehouse is of ${name}`);
  const isWholeEmpty = said.length === 0 && !(await matches(filters));
  return isWholeEmpty ? ["no call in the warehouse matches the whole scope"] : said;
}
