/** The replacement of a small table's rows by new ones, unless they are the same. */
import type { DuckDBConnection } from "duckdb";
import type { Column, RowOf, Table } from "../schema/column.ts";
import { filledQuery } from "../sql/query-file.ts";
import { fillTemporary } from "./append.ts";
import { columnList } from "./ddl.ts";
import { countOf } from "./duck.ts";
import { writeMeta } from "./meta.ts";

/**
 * Replaces the rows that meet the condition `replaced`; without a change there is nothing to publish. To be called within a
 * transaction.
 */
export async function replaceRows<C extends Column>(
  connection: DuckDBConnection,
  table: Table & { readonly columns: readonly C[] },
  replaced: string,
  rows: readonly RowOf<NoInfer<C>>[],
): Promise<void> {
  await fillTemporary(connection, "replacement", table.columns, rows);
  const terms = { table: table.name, columns: columnList(table), replaced };
  if ((await countOf(connection, filledQuery("duckdb/replacement-changes.sql", terms))) > 0) {
    await connection.run(filledQuery("duckdb/replace-rows.sql", terms));
    await writeMeta(connection, { dirty: "true" });
  }
  await connection.run("DROP TABLE temp.replacement");
}
