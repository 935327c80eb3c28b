/** Replacing what is known of inference profiles: who went through an application profile is judged again. */
import type { DuckDBConnection } from "duckdb";
import type { InferenceProfileRow } from "../reference/inference-profiles.ts";
import { inferenceProfileTable } from "../schema/tables.ts";
import { fillTemporary } from "./append.ts";
import { foldTouched } from "./fold.ts";
import { writeMeta } from "./meta.ts";

/** Call it within a transaction. */
export async function replaceProfiles(
  connection: DuckDBConnection,
  rows: readonly InferenceProfileRow[],
): Promise<void> {
  await fillTemporary(
    connection,
    "refreshed",
    inferenceProfileTable.columns,
    rows.map((row) => [row.profile_id, row.source_region, row.destination_region, row.model, row.as_of, row.source]),
  );
  await connection.run(`
DELETE FROM inference_profile WHERE (profile_id, source_region) IN (SELECT (profile_id, source_region) FROM temp.refreshed);
INSERT INTO inference_profile SELECT * FROM temp.refreshed;
CREATE OR REPLACE TEMP TABLE touched AS SELECT invocation_key FROM invocation WHERE model_kind = 'application-profile';`);
  await foldTouched(connection);
  await writeMeta(connection, { dirty: "true" });
}
