/** The DuckDB statements for a table's description: its definition, lists of columns and comments. */
import type { Column, ColumnType, Described, Table } from "../schema/column.ts";
import { eventTable } from "../schema/event.ts";
import { sqlText } from "./duck.ts";

const sqlTypes: Readonly<Record<ColumnType, string>> = {
  text: "VARCHAR",
  integer: "INTEGER",
  bigint: "BIGINT",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
};

/** The statement that creates a table; `schema` defaults to the first of the search path. */
export function createTableSql(table: Table, kind: "TABLE" | "TEMP TABLE" = "TABLE", schema?: string): string {
  const columns = table.columns.map((column: Column) => `  "${column.name}" ${sqlTypes[column.type]}`);
  return `CREATE ${kind} IF NOT EXISTS ${relation(table.name, schema)} (\n${columns.join(",\n")}\n);`;
}

/** The statements that add columns to a table of an older Spillway, at its end. */
export function addColumnsSql({ name, columns }: Table): string {
  return columns
    .map((column) => `ALTER TABLE "${name}" ADD COLUMN IF NOT EXISTS "${column.name}" ${sqlTypes[column.type]};`)
    .join("\n");
}

/** Column names of a table, quoted, for select lists. */
export function columnList(table: Pick<Table, "columns">): string {
  return table.columns.map((column) => `"${column.name}"`).join(", ");
}

/** The columns of `event`, quoted: select lists name them, as views on staged files have more. */
export const eventColumns: string = columnList(eventTable);

/** The comments that clients show: on a relation and on each of its columns. */
export function commentSql(described: Described, kind: "TABLE" | "VIEW", schema?: string): string {
  const name = relation(described.name, schema);
  const ofColumns = described.columns.map((column) => {
    const text = column.source === undefined ? column.doc : `${column.doc} (${column.source})`;
    return `COMMENT ON COLUMN ${name}."${column.name}" IS ${sqlText(text)};`;
  });
  return [`COMMENT ON ${kind} ${name} IS ${sqlText(described.doc)};`, ...ofColumns].join("\n");
}

function relation(name: string, schema: string | undefined): string {
  return schema === undefined ? `"${name}"` : `"${schema}"."${name}"`;
}
