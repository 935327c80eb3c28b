/** How plain rows get from JavaScript into a temporary table. */
import type { DuckDBConnection } from "duckdb";
import { loadDuckDb } from "./duck.ts";
import type { Table } from "../schema/column.ts";
import { createTableSql } from "./ddl.ts";

export type Cell = string | number | boolean | null;

/** Makes (or empties) a temporary table with the columns of `table` under `name` and fills it. Timestamps are epoch milliseconds. */
export async function fillTemporary(
  connection: DuckDBConnection,
  name: string,
  columns: Table["columns"],
  rows: Iterable<readonly Cell[]>,
): Promise<void> {
  const { DuckDBTimestampValue } = loadDuckDb();
  await connection.run(
    `DROP TABLE IF EXISTS temp."${name}"; ${createTableSql({ name, doc: "", columns }, "TEMP TABLE")}`,
  );
  const appender = await connection.createAppender(name, "main", "temp");
  for (const row of rows) {
    for (const [index, column] of columns.entries()) {
      const cell = row[index];
      if (cell === null || cell === undefined) appender.appendNull();
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
