/** The covers of a table's personal columns: for each distinct value what stands for it, made outside the engine and joined in. */
import type { DuckDBConnection } from "duckdb";
import { type StandIn, coverText } from "../privacy/personal-text.ts";
import { coverPrincipal } from "../privacy/principal.ts";
import type { Column } from "../schema/column.ts";
import { fillTemporary } from "./append.ts";
import { rowsOf } from "./duck.ts";

/** What a cover depends on, as an expression over the original table `t`. */
interface Key {
  readonly expressions: readonly string[];
  readonly cover: (values: readonly (string | null)[]) => string | null;
}

const ownColumns = ["session_name", "source_identity", "on_behalf_of"];

/**
 * Fills a temporary table `cover_COLUMN` for each personal column; the expressions by which a select list takes the covered values.
 * The table's own values count in a text only where they occur, so that few texts differ.
 */
export async function coverColumns(
  connection: DuckDBConnection,
  columns: readonly Column[],
  table: string,
  keepUsers: boolean,
  standIn: StandIn,
): Promise<ReadonlyMap<string, string>> {
  const covered = new Map<string, string>();
  for (const column of columns) {
    const key = keyOf(column, columns, keepUsers, standIn);
    if (key === undefined) continue;
    const rows = await rowsOf(
      connection,
      `SELECT DISTINCT ${key.expressions.join(", ")} FROM original.main."${table}" t WHERE t."${column.name}" IS NOT NULL`,
    );
    const values = rows.map((row) => row.map((cell) => (typeof cell === "string" ? cell : null)));
    const names = [...key.expressions.map((_, index) => `k${index}`), "stand_in"];
    await fillTemporary(
      connection,
      `cover_${column.name}`,
      names.map((name) => ({ name, type: "text" as const, doc: "" })),
      values.map((row) => Object.fromEntries([...row, key.cover(row)].map((cell, index) => [names[index], cell]))),
    );
    covered.set(column.name, `c_${column.name}.stand_in`);
  }
  return covered;
}

/** The joins for those expressions. */
export function joinedCovers(columns: readonly Column[], keepUsers: boolean): string {
  const joins = columns.flatMap((column) => {
    const key = keyOf(column, columns, keepUsers, (person) => person);
    if (key === undefined) return [];
    const alias = `c_${column.name}`;
    const on = key.expressions.map((expression, index) => `${alias}.k${index} IS NOT DISTINCT FROM ${expression}`);
    return [`LEFT JOIN temp."cover_${column.name}" ${alias} ON ${on.join(" AND ")}`];
  });
  return joins.join("\n");
}

function keyOf(
  { name, personal }: Column,
  columns: readonly Column[],
  keepUsers: boolean,
  standIn: StandIn,
): Key | undefined {
  const value = `t."${name}"`;
  if (personal === undefined) return undefined;
  if (personal === "person") {
    return {
      expressions: [value],
      cover: ([person]) => (person === null || person === undefined ? null : coverOne(person, standIn)),
    };
  }
  if (personal === "principal" || personal === "principal-name") {
    return {
      expressions: ['t."principal"', 't."principal_type"', 't."principal_name"'],
      cover: ([principal = null, type = null, own = null]) => {
        const done = coverPrincipal({ principal, type, name: own }, keepUsers, standIn);
        return personal === "principal" ? done.principal : done.name;
      },
    };
  }
  const has = new Set(columns.map((column) => column.name));
  const own = ownColumns.filter((column) => has.has(column)).map((column) => whereItOccurs(value, `t."${column}"`));
  const caller = ["principal", "principal_type", "principal_name"].every((column) => has.has(column));
  // a role's name is nobody's, and stands in every message
  const user = caller
    ? ['t."principal"', 't."principal_name"'].map((column) => whereItOccurs(value, column, isPersonSql))
    : [];
  return {
    expressions: [value, ...own, ...(keepUsers ? user.map(() => "NULL::VARCHAR") : user)],
    cover: ([text = null, ...values]) => (text === null ? null : coverText(text, { own: values, keepUsers }, standIn)),
  };
}

/** As `isPerson` has it. */
const isPersonSql = `t."principal_type" NOT IN ('AWSService', 'AWSAccount', 'Root') AND NOT regexp_full_match(t."principal", '[0-9]{12}|.*\\.amazonaws\\.com(\\.cn)?')
AND (NOT starts_with(t."principal", 'arn:') OR regexp_matches(t."principal", ':(user|federated-user)/'))`;

/** An empty value is nobody. */
function coverOne(person: string, standIn: StandIn): string {
  return person === "" ? "" : standIn(person);
}

function whereItOccurs(text: string, value: string, condition = "true"): string {
  return `CASE WHEN ${condition} AND contains(${text}, ${value}) THEN ${value} END`;
}
