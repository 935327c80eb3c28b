/** Replacing the rows of a small table that somebody outside says anew, and nothing where they are the same. */
import type { DuckDBConnection } from "duckdb";
import type { Column, RowOf, Table } from "../schema/column.ts";
import { filledQuery } from "../sql/query-file.ts";
import { fillTemporary } from "./append.ts";
import { columnList } from "./ddl.ts";
import { countOf } from "./duck.ts";
import { writeMeta } from "./meta.ts";

/**
 * `replaced` is the condition of the rows that go. Where nothing changes, there is nothing to publish for. Call it within a
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
