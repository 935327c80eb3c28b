/** Owns the scope of a report (time, accounts, Regions, principals, boundary): CTEs in front of the report's own. */
import { SpillwayError } from "../errors.ts";
import { scopedDays } from "./day-scope.ts";
import { textLiteral } from "./literal.ts";
import { namesIn, timestampLiteral, withCtes } from "./sql-text.ts";

export interface Scope {
  /** First moment, UTC. */
  readonly from?: Date | undefined;
  /** The moment after the last one, UTC. */
  readonly to?: Date | undefined;
  readonly accounts?: readonly string[] | undefined;
  /** Source Regions. */
  readonly regions?: readonly string[] | undefined;
  /** The principal, its short name, or the last part of its ARN (`role/apps/x`); `*` stands for any text. */
  readonly principals?: readonly string[] | undefined;
  /** Approved Regions. Not a filter: it is the relation `boundary`. */
  readonly boundary?: readonly string[] | undefined;
  /** What a bundle's principals may reach. Not a filter: it is the relation `policy_reach`, empty without a bundle. */
  readonly reach?: readonly ReachRow[] | undefined;
}

/** The policies' answer for a profile, a source Region and a destination: all, some, none, cannot-tell. */
export interface ReachRow {
  readonly profile: string;
  readonly sourceRegion: string;
  readonly destination: string;
  readonly allowed: string;
}

/** How an engine names the base table, such that a CTE of the same plain name does not hide it: `spillway.main.event`. */
export type Qualify = (name: string) => string;

/** The statement with the scope in front. Without a scope it comes back as it is. A scope that it cannot feel is refused. */
export function applyScope(sql: string, scope: Scope, qualify: Qualify): string {
  return composed(sql, scope, qualify, true);
}

/** The same for one statement of several: a part that knows no principals is shown as it is, whoever is asked about. */
export function applyScopeWherePossible(sql: string, scope: Scope, qualify: Qualify): string {
  return composed(sql, scope, qualify, false);
}

function composed(sql: string, scope: Scope, qualify: Qualify, mustMatter: boolean): string {
  const names = namesIn(sql);
  if (names.has("boundary") && scope.boundary === undefined) {
    throw new SpillwayError("usage", "this report compares with a boundary, and none is given", {
      next: "name one: --boundary eu",
    });
  }
  const ctes = scopeCtes(scope, qualify);
  const used = ctes.filter((cte) => names.has(cte.name));
  if (mustMatter && ctes.some(isFilter) && !used.some(isFilter)) {
    throw new SpillwayError(
      "usage",
      "the scope (time, accounts, Regions, principals) has no effect on this statement",
      {
        next: `let it read one of ${ctes.map((cte) => cte.name).join(", ")}, or leave the scope out`,
      },
    );
  }
  return withCtes(
    sql,
    used.map((cte) => cte.text),
  );
}

/** What an approved Region or a policy says does not narrow what is counted. */
function isFilter({ name }: Cte): boolean {
  return name !== "boundary" && name !== "policy_reach";
}

interface Cte {
  readonly name: string;
  readonly text: string;
}

/** Only the relations that the scope changes have a CTE. */
function scopeCtes(scope: Scope, qualify: Qualify): Cte[] {
  const who = [
    ...oneOf("account_id", scope.accounts),
    ...oneOf("source_region", scope.regions),
    ...principalIs(scope.principals),
  ];
  const call = [...timeRange(scope, "event_time"), ...who];
  const object = [...dayRange(scope), ...oneOf("account_id", scope.accounts), ...oneOf("region", scope.regions)];
  const ctes: Cte[] = [];
  const add = (name: string, conditions: readonly string[]): void => {
    if (conditions.length === 0) return;
    ctes.push({ name, text: `${name} AS (SELECT * FROM ${qualify(name)} WHERE ${conditions.join(" AND ")})` });
  };
  add("invocation", call);
  const days = scopedDays(scope, who, { invocation: qualify("invocation"), day: qualify("invocation_day") });
  if (days !== undefined) ctes.push({ name: "invocation_day", text: `invocation_day AS (${days})` });
  add("event", call);
  add("aggregated_call", [
    ...timeRange(scope, "event_time"),
    ...oneOf("account_id", scope.accounts),
    ...oneOf("source_region", scope.regions),
  ]);
  add("trail_object", object);
  if (scope.boundary !== undefined) ctes.push({ name: "boundary", text: boundaryCte(scope.boundary) });
  ctes.push({ name: "policy_reach", text: reachCte(scope.reach) });
  return ctes;
}

function timeRange(scope: Scope, column: string): string[] {
  return [
    ...(scope.from === undefined ? [] : [`${column} >= ${timestampLiteral(scope.from)}`]),
    ...(scope.to === undefined ? [] : [`${column} < ${timestampLiteral(scope.to)}`]),
  ];
}

/** Delivery days are text, YYYY-MM-DD. An object without a day stays: nobody knows that it is out of the range. */
function dayRange(scope: Scope): string[] {
  const day = (time: Date): string => textLiteral(time.toISOString().slice(0, 10));
  return [
    ...(scope.from === undefined ? [] : [`(day >= ${day(scope.from)} OR day IS NULL)`]),
    ...(scope.to === undefined ? [] : [`(day <= ${day(new Date(scope.to.getTime() - 1))} OR day IS NULL)`]),
  ];
}

function oneOf(column: string, values: readonly string[] | undefined): string[] {
  if (values === undefined || values.length === 0) return [];
  return [`${column} IN (${values.map(textLiteral).join(", ")})`];
}

function principalIs(values: readonly string[] | undefined): string[] {
  if (values === undefined || values.length === 0) return [];
  const plain = values.filter((value) => !value.includes("*"));
  const like = (column: string, pattern: string): string => `${column} LIKE ${likePattern(pattern)} ESCAPE '\\'`;
  const tests = ["principal", "principal_name"].flatMap((column) => [
    ...oneOf(column, plain),
    ...values.filter((value) => value.includes("*")).map((value) => like(column, value)),
  ]);
  // role/apps/x, as the overview prints it: what stands behind an ARN's last colon
  const tails = values.map((value) => like("principal", `arn:*:${value}`));
  return [`(${[...tests, ...tails].join(" OR ")})`];
}

function likePattern(value: string): string {
  return textLiteral(value.replaceAll(/[\\%_]/g, "\\$&").replaceAll("*", "%"));
}

/** The row without a profile says that there is a bundle, even one that reaches nothing. */
function reachCte(rows: readonly ReachRow[] | undefined): string {
  const head = "policy_reach (profile_id, source_region, destination_region, allowed) AS";
  if (rows === undefined) return `${head} (SELECT '', '', '', '' WHERE 1 = 0)`;
  const values = rows.map(({ profile, sourceRegion, destination, allowed }) => [
    profile,
    sourceRegion,
    destination,
    allowed,
  ]);
  const lines = [["", "", "", ""], ...values].map((row) => `(${row.map(textLiteral).join(", ")})`);
  return `${head} (VALUES\n${lines.join(",\n")})`;
}

function boundaryCte(regions: readonly string[]): string {
  if (regions.length === 0) return "boundary (region) AS (SELECT '' WHERE 1 = 0)";
  return `boundary (region) AS (VALUES ${regions.map((region) => `(${textLiteral(region)})`).join(", ")})`;
}
