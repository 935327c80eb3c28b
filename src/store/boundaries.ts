/** The user's own rows of the table `boundary`, which follow the config. */
import type { DuckDBConnection } from "duckdb";
import { boundaryTable } from "../schema/tables.ts";
import { replaceRows } from "./replace-rows.ts";

/** Replaces the user's rows, within the caller's transaction. */
export async function replaceBoundaries(
  connection: DuckDBConnection,
  own: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const rows = [...own].flatMap(([name, regions]) => regions.map((region) => ({ name, region, source: "config" })));
  await replaceRows(connection, boundaryTable, "source = 'config'", rows);
}
