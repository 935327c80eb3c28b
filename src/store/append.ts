/** The transfer of plain rows from JavaScript into a temporary table. */
import type { DuckDBConnection } from "duckdb";
import type { Column, RowOf } from "../schema/column.ts";
import { createTableSql } from "./ddl.ts";
import { loadDuckDb } from "./duck.ts";

export type Cell = string | number | boolean | null;

/**
 * Makes (or empties) a temporary table with these columns under `name` and fills it. Values go by name: the order
 * of a row's properties does not matter.
 */
export async function fillTemporary<C extends Column>(
  connection: DuckDBConnection,
  name: string,
  columns: readonly C[],
  rows: Iterable<RowOf<NoInfer<C>>>,
): Promise<void> {
  const { DuckDBTimestampValue } = loadDuckDb();
  await connection.run(
    `DROP TABLE IF EXISTS temp."${name}"; ${createTableSql({ name, doc: "", columns }, "TEMP TABLE")}`,
  );
  const appender = await connection.createAppender(name, "main", "temp");
  for (const row of rows) {
    // RowOf holds for every name that C can have
    const cells = row as Readonly<Record<string, Cell>>;
    for (const column of columns) {
      const cell = cells[column.name];
      if (cell === undefined) throw new Error(`a row for ${name} says nothing of ${column.name}`);
      if (cell === null) appender.appendNull();
      else if (column.type === "text") appender.appendVarchar(String(cell));
      else if (column.type === "boolean") appender.appendBoolean(cell === true);
      else if (column.type === "integer") appender.appendInteger(Number(cell));
      else if (column.type === "double") appender.appendDouble(Number(cell));
      else if (column.type === "bigint") appender.appendBigInt(BigInt(cell));
      else appender.appendTimestamp(new DuckDBTimestampValue(BigInt(cell) * 1000n));
    }
    appender.endRow();
  }
  appender.closeSync();
}
