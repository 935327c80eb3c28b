/** The replacement of inference profiles, after which calls through application profiles are judged again. */
import type { DuckDBConnection } from "duckdb";
import type { InferenceProfileRow } from "../reference/inference-profiles.ts";
import { inferenceProfileTable } from "../schema/tables.ts";
import { filledQuery } from "../sql/query-file.ts";
import { fillTemporary } from "./append.ts";
import { columnList } from "./ddl.ts";
import { foldTouched } from "./fold.ts";
import { writeMeta } from "./meta.ts";

/** Replaces the rows, within the caller's transaction. */
export async function replaceProfiles(
  connection: DuckDBConnection,
  rows: readonly InferenceProfileRow[],
): Promise<void> {
  await fillTemporary(connection, "refreshed", inferenceProfileTable.columns, rows);
  await connection.run(filledQuery("duckdb/replace-profiles.sql", { columns: columnList(inferenceProfileTable) }));
  await foldTouched(connection);
  await writeMeta(connection, { dirty: "true" });
}
