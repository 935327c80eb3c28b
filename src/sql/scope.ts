/** The scope of a report (time, accounts, Regions, principals, boundary): CTEs in front of the report's own. */
import { SpillwayError } from "../errors.ts";
import { scopedDays } from "./day-scope.ts";
import { earlierRelations } from "./earlier.ts";
import { textLiteral, timestampLiteral } from "./literal.ts";
import { withCtes } from "./composition.ts";
import { namesIn } from "./tokens.ts";

export interface Scope {
  /** First moment, UTC. */
  readonly from?: Date | undefined;
  /** End of the range, UTC; not part of it. */
  readonly to?: Date | undefined;
  readonly accounts?: readonly string[] | undefined;
  /** Source Regions. */
  readonly regions?: readonly string[] | undefined;
  /** Principals by ARN, short name, or the last part of the ARN (`role/apps/x`); `*` stands for any text. */
  readonly principals?: readonly string[] | undefined;
  /** Approved Regions: the relation `boundary`, not a filter. */
  readonly boundary?: readonly string[] | undefined;
  /** Destinations that a bundle's principals may reach: the relation `policy_reach`, not a filter; empty without a bundle. */
  readonly reach?: readonly ReachRow[] | undefined;
  /** The clock that decides what is lost, what is stale and which days are over; default: the last run's. */
  readonly asOf?: Date | undefined;
  /** Age from which the logs of an account and Region are stale; default: 24. */
  readonly maxAgeHours?: number | undefined;
}

/** The policies' answer for a profile, a source Region and a destination: `all`, `some`, `none` or `cannot-tell`. */
export interface ReachRow {
  readonly profile: string;
  readonly sourceRegion: string;
  readonly destination: string;
  readonly allowed: string;
}

/** A day: CloudTrail delivers within minutes, and an account without any call for a whole day is rare. */
export const defaultMaxAgeHours = 24;

/** The full name of a base table, such as `spillway.main.event`, which a CTE of the same plain name does not hide. */
export type Qualify = (name: string) => string;

/** The statement with the scope in front; unchanged without a scope. A scope without effect on it is refused. */
export function applyScope(sql: string, scope: Scope, qualify: Qualify): string {
  return composed(sql, scope, qualify, true);
}

/** The scope for one statement of several: a part without principals is shown whole, whoever was asked about. */
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
  const filters = ctes.filter((cte) => cte.isFilter);
  if (mustMatter && filters.length > 0 && !used.some((cte) => cte.isFilter)) {
    throw new SpillwayError(
      "usage",
      "the scope (time, accounts, Regions, principals) has no effect on this statement",
      {
        next: `let it read one of ${filters.map((cte) => cte.name).join(", ")}, or leave the scope out`,
      },
    );
  }
  return withCtes(
    sql,
    used.map((cte) => cte.text),
  );
}

interface Cte {
  readonly name: string;
  readonly text: string;
  /** Whether it leaves out rows of a relation. */
  readonly isFilter: boolean;
}

/** CTEs for the relations that the scope changes. */
function scopeCtes(scope: Scope, qualify: Qualify): Cte[] {
  const who = [
    ...oneOf("account_id", scope.accounts),
    ...oneOf("source_region", scope.regions),
    ...principalIs(scope.principals),
  ];
  const call = [...timeRange(scope, "event_time"), ...who];
  const place = [...oneOf("account_id", scope.accounts), ...oneOf("region", scope.regions)];
  const object = [...dayRange(scope), ...place];
  const ctes: Cte[] = [];
  const add = (name: string, conditions: readonly string[]): void => {
    if (conditions.length === 0) return;
    const text = `${name} AS (SELECT * FROM ${qualify(name)} WHERE ${conditions.join(" AND ")})`;
    ctes.push({ name, text, isFilter: true });
  };
  add("invocation", call);
  const days = scopedDays(scope, who, { invocation: qualify("invocation"), day: qualify("invocation_day") });
  if (days !== undefined) ctes.push({ name: "invocation_day", text: `invocation_day AS (${days})`, isFilter: true });
  for (const [name, text] of earlierRelations(scope, { who, place }, qualify))
    ctes.push({ name, text, isFilter: true });
  add("event", call);
  add("aggregated_call", [
    ...timeRange(scope, "event_time"),
    ...oneOf("account_id", scope.accounts),
    ...oneOf("source_region", scope.regions),
  ]);
  add("invocation_log", [
    ...timeRange(scope, "event_time"),
    ...oneOf("account_id", scope.accounts),
    ...oneOf("source_region", scope.regions),
  ]);
  add("unmatched_request", call);
  add("trail_object", object);
  add("invocation_log_object", object);
  add("digest_check", object);
  add("listed_range", place);
  add("expected_trail", place);
  const said: readonly (readonly [string, string | undefined])[] = [
    ["asked_range", askedRange(scope, qualify)],
    ["boundary", boundaryRows(scope)],
    ["named_boundary", boundaryRows(scope)],
    ["policy_reach", reachRows(scope)],
  ];
  for (const [name, sql] of said)
    if (sql !== undefined) ctes.push({ name, text: `${name} AS (${sql})`, isFilter: false });
  return ctes;
}

/** One row with the range asked for; undefined without one, where the engine's own row applies. */
function askedRange(scope: Scope, qualify: Qualify): string | undefined {
  const { from, to, asOf, maxAgeHours, principals } = scope;
  const ofPrincipals = principals !== undefined && principals.length > 0;
  if ([from, to, asOf, maxAgeHours].every((value) => value === undefined) && !ofPrincipals) return undefined;
  const moment = (time: Date | undefined): string =>
    time === undefined ? "cast(NULL AS timestamp)" : timestampLiteral(time);
  const columns = [
    `${moment(from)} AS from_time`,
    `${moment(to)} AS to_time`,
    `${dayLiteral(from)} AS first_day`,
    `${dayLiteral(to && new Date(to.getTime() - 1))} AS last_day`,
    asOf === undefined ? "as_of" : `${timestampLiteral(asOf)} AS as_of`,
    `${maxAgeHours ?? defaultMaxAgeHours} AS max_age_hours`,
    `${ofPrincipals} AS of_principals`,
  ];
  return `SELECT ${columns.join(", ")}${asOf === undefined ? ` FROM ${qualify("asked_range")}` : ""}`;
}

function dayLiteral(time: Date | undefined): string {
  return time === undefined ? "cast(NULL AS varchar)" : textLiteral(time.toISOString().slice(0, 10));
}

function timeRange(scope: Scope, column: string): string[] {
  return [
    ...(scope.from === undefined ? [] : [`${column} >= ${timestampLiteral(scope.from)}`]),
    ...(scope.to === undefined ? [] : [`${column} < ${timestampLiteral(scope.to)}`]),
  ];
}

/** Conditions on delivery days, text as YYYY-MM-DD. An object without a day stays: it may be within the range. */
function dayRange(scope: Scope): string[] {
  return [
    ...(scope.from === undefined ? [] : [`(day >= ${dayLiteral(scope.from)} OR day IS NULL)`]),
    ...(scope.to === undefined ? [] : [`(day <= ${dayLiteral(new Date(scope.to.getTime() - 1))} OR day IS NULL)`]),
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
  // role/apps/x, as the overview prints it: the part after an ARN's last colon
  const tails = values.map((value) => like("principal", `arn:*:${value}`));
  return [`(${[...tests, ...tails].join(" OR ")})`];
}

function likePattern(value: string): string {
  return textLiteral(value.replaceAll(/[\\%_]/g, "\\$&").replaceAll("*", "%"));
}

/** The reach as rows; the row without a profile says that there is a bundle, even if it reaches nothing. */
function reachRows({ reach }: Scope): string | undefined {
  if (reach === undefined) return undefined;
  const columns = "profile_id, source_region, destination_region, allowed";
  const said = reach.map((row) => [row.profile, row.sourceRegion, row.destination, row.allowed]);
  const lines = [["", "", "", ""], ...said].map((row) => `(${row.map(textLiteral).join(", ")})`);
  return `SELECT ${columns} FROM (VALUES\n${lines.join(",\n")}) AS t (${columns})`;
}

function boundaryRows({ boundary }: Scope): string | undefined {
  if (boundary === undefined) return undefined;
  if (boundary.length === 0) return "SELECT '' AS region WHERE 1 = 0";
  const rows = [...new Set(boundary)].map((region) => `(${textLiteral(region)})`);
  return `SELECT region FROM (VALUES ${rows.join(", ")}) AS t (region)`;
}
