/** The findings: what a run noticed about the logs themselves, each told once and kept. */
import type { DuckDBConnection } from "duckdb";
import { findingTable } from "../schema/tables.ts";
import { fillTemporary } from "./append.ts";
import { rowsOf, sqlText } from "./duck.ts";
import { writeMeta } from "./meta.ts";

export interface Finding {
  readonly kind: "object-replaced" | "object-disappeared" | "profile-changed";
  /** Trail object, or the profile with its source Region. */
  readonly uri: string;
  /** Version of the object that the finding is about. */
  readonly etag: string;
  readonly detail: string;
}

const columns = findingTable.columns.filter(({ name }) => name !== "run_id" && name !== "found_at");
const isSame = "f.kind = n.kind AND f.uri = n.uri AND f.etag = n.etag";

/** Stores what is not known yet and returns that. Call it within a transaction. */
export async function writeFindings(
  connection: DuckDBConnection,
  findings: readonly Finding[],
  context: { readonly runId: string; readonly now: Date },
): Promise<readonly Finding[]> {
  if (findings.length === 0) return [];
  await fillTemporary(
    connection,
    "found",
    columns,
    findings.map(({ kind, uri, etag, detail }) => [kind, uri, etag, detail]),
  );
  await connection.run(
    `DELETE FROM temp.found n WHERE EXISTS (SELECT 1 FROM finding f WHERE ${isSame}); INSERT INTO finding SELECT *, ${sqlText(context.runId)}, epoch_ms(${context.now.getTime()}) FROM temp.found`,
  );
  const stored = new Set(
    (await rowsOf(connection, "SELECT kind, uri, etag FROM temp.found")).map((row) => JSON.stringify(row)),
  );
  if (stored.size > 0) await writeMeta(connection, { dirty: "true" });
  return findings.filter(({ kind, uri, etag }) => stored.has(JSON.stringify([kind, uri, etag])));
}
