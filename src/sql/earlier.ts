/** The scope's view of the time before its range, for the same accounts, Regions and principals. */
import { earlierDayTable, earlierObjectTable } from "../schema/earlier.ts";
import { type TimeRange, scopedDays } from "./day-scope.ts";
import { textLiteral } from "./literal.ts";
import { namesIn } from "./tokens.ts";

/** The scope's accounts, Regions and principals, as conditions on invocations and on places of log files. */
interface Filters {
  readonly who: readonly string[];
  readonly place: readonly string[];
}

/** The CTEs by name; none if the range has no beginning, where the engine's own empty relations apply. */
export function earlierRelations(
  { from }: TimeRange,
  { who, place }: Filters,
  qualify: (name: string) => string,
): readonly (readonly [string, string])[] {
  if (from === undefined) return [];
  const columns = (table: { readonly columns: readonly { readonly name: string }[] }): string =>
    table.columns.map(({ name }) => name).join(", ");
  const days = scopedDays({ to: from }, who, { invocation: qualify("invocation"), day: qualify("invocation_day") });
  // the day of the first moment belongs to the range
  const before = [`day < ${textLiteral(from.toISOString().slice(0, 10))}`, ...place].join(" AND ");
  return [
    [earlierDayTable.name, `SELECT ${columns(earlierDayTable)} FROM (${days ?? ""}) AS whole`],
    [earlierObjectTable.name, `SELECT ${columns(earlierObjectTable)} FROM ${qualify("trail_object")} WHERE ${before}`],
  ].map(([name = "", sql = ""]) => [name, `${name} AS (${sql})`] as const);
}

/** Whether a statement's answer depends on everything before the range. */
function readsWholeHistory(sql: string): boolean {
  const names = namesIn(sql);
  return names.has(earlierDayTable.name) || names.has(earlierObjectTable.name);
}

/** The scope that an engine over raw logs has to read for a statement: up to the end of the range where the history counts. */
export function readScope<S extends TimeRange>(sql: string, scope: S): S {
  return readsWholeHistory(sql) ? { ...scope, from: undefined } : scope;
}
