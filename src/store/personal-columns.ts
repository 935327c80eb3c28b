/** The covers of a table's personal columns: stand-ins for the distinct values, made outside the engine and joined in. */
import type { DuckDBConnection } from "duckdb";
import { type StandIn, coverText } from "../privacy/personal-text.ts";
import { coverPrincipal, personRule } from "../privacy/principal.ts";
import type { Column } from "../schema/column.ts";
import { fillTemporary } from "./append.ts";
import { filledQuery } from "../sql/query-file.ts";
import { rowsOf, sqlText } from "./duck.ts";

/** The cover of a column: the expressions over the original table `t` that it depends on, and the stand-in for their values. */
export interface Cover {
  readonly column: string;
  readonly expressions: readonly string[];
  readonly standIn: (values: readonly (string | null)[], standIn: StandIn) => string | null;
}

const ownColumns = ["session_name", "source_identity", "on_behalf_of"];

/** The covers that a table's columns need. */
export function coversOf(columns: readonly Column[], keepUsers: boolean): readonly Cover[] {
  return columns.flatMap((column) => coverOf(column, columns, keepUsers) ?? []);
}

/**
 * Fills a temporary table `cover_COLUMN` for each cover. A record's own values count in a text only where they occur, which keeps
 * distinct texts few.
 */
export async function fillCovers(
  connection: DuckDBConnection,
  covers: readonly Cover[],
  table: string,
  standIn: StandIn,
): Promise<void> {
  for (const cover of covers) {
    const rows = await rowsOf(
      connection,
      filledQuery("duckdb/covered-values.sql", {
        expressions: cover.expressions.join(",\n  "),
        table: `original.main."${table}"`,
        column: `t."${cover.column}"`,
      }),
    );
    const names = [...cover.expressions.map((_, index) => `k${index}`), "stand_in"];
    await fillTemporary(
      connection,
      `cover_${cover.column}`,
      names.map((name) => ({ name, type: "text" as const, doc: "" })),
      rows.map((row) => {
        const values = row.map((cell) => (typeof cell === "string" ? cell : null));
        return Object.fromEntries(
          [...values, cover.standIn(values, standIn)].map((cell, index) => [names[index], cell]),
        );
      }),
    );
  }
}

/** The expression in place of a covered column in a select list. */
export function coveredValue({ column }: Cover): string {
  return `c_${column}.stand_in`;
}

/** The join with the cover's table. */
export function coverJoin({ column, expressions }: Cover): string {
  const on = expressions.map((expression, index) => `c_${column}.k${index} IS NOT DISTINCT FROM ${expression}`);
  return `LEFT JOIN temp."cover_${column}" c_${column} ON ${on.join(" AND ")}`;
}

function coverOf({ name, personal }: Column, columns: readonly Column[], keepUsers: boolean): Cover | undefined {
  const value = `t."${name}"`;
  if (personal === undefined) return undefined;
  if (personal === "person") {
    return {
      column: name,
      expressions: [value],
      standIn: ([person], standIn) => (person === null || person === undefined ? null : coverOne(person, standIn)),
    };
  }
  if (personal === "principal" || personal === "principal-name") {
    return {
      column: name,
      expressions: ['t."principal"', 't."principal_type"', 't."principal_name"'],
      standIn: ([principal = null, type = null, own = null], standIn) => {
        const done = coverPrincipal({ principal, type, name: own }, keepUsers, standIn);
        return personal === "principal" ? done.principal : done.name;
      },
    };
  }
  const has = new Set(columns.map((column) => column.name));
  const own = ownColumns.filter((column) => has.has(column)).map((column) => whereItOccurs(value, `t."${column}"`));
  const caller = ["principal", "principal_type", "principal_name"].every((column) => has.has(column));
  // a role's name is not a person's, and is in every message
  const user = caller
    ? ['t."principal"', 't."principal_name"'].map((column) => whereItOccurs(value, column, isPersonSql))
    : [];
  return {
    column: name,
    expressions: [value, ...own, ...(keepUsers ? user.map(() => "NULL::VARCHAR") : user)],
    standIn: ([text = null, ...values], standIn) =>
      text === null ? null : coverText(text, { own: values, keepUsers }, standIn),
  };
}

/** The condition for a person, by the same rule as `isPerson`. */
export const isPersonSql = `coalesce(t."principal_type", '') NOT IN (${personRule.machineTypes.map(sqlText).join(", ")})
  AND NOT regexp_matches(t."principal", ${sqlText(personRule.machine)})
  AND (NOT starts_with(t."principal", 'arn:') OR regexp_matches(t."principal", ${sqlText(personRule.userArn)}))`;

/** The cover of a person's value; an empty one is nobody. */
function coverOne(person: string, standIn: StandIn): string {
  return person === "" ? "" : standIn(person);
}

function whereItOccurs(text: string, value: string, condition = "true"): string {
  return `CASE WHEN ${condition} AND contains(${text}, ${value}) THEN ${value} END`;
}
