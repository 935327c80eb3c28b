/** The findings of runs about the logs, each reported once and kept. */
import type { DuckDBConnection } from "duckdb";
import { columnsWithout } from "../schema/column.ts";
import { findingTable } from "../schema/tables.ts";
import { filledQuery } from "../sql/query-file.ts";
import { fillTemporary } from "./append.ts";
import { columnList } from "./ddl.ts";
import { rowsOf, sqlText } from "./duck.ts";
import { writeMeta } from "./meta.ts";

export interface LogFinding {
  readonly kind: "object-replaced" | "object-disappeared" | "profile-changed";
  /** Trail object, or the profile with its source Region. */
  readonly uri: string;
  /** Version of the object that the finding is about. */
  readonly etag: string;
  readonly detail: string;
}

const columns = columnsWithout(findingTable.columns, "run_id", "found_at");

/** Stores the new findings and returns them, within the caller's transaction. */
export async function writeFindings(
  connection: DuckDBConnection,
  findings: readonly LogFinding[],
  context: { readonly runId: string; readonly now: Date },
): Promise<readonly LogFinding[]> {
  if (findings.length === 0) return [];
  await fillTemporary(connection, "found", columns, findings);
  await connection.run(
    filledQuery("duckdb/findings.sql", {
      columns: columnList({ columns: columns }),
      run_id: sqlText(context.runId),
      found_at: `epoch_ms(${context.now.getTime()})`,
    }),
  );
  const stored = new Set(
    (await rowsOf(connection, "SELECT kind, uri, etag FROM temp.found")).map((row) => JSON.stringify(row)),
  );
  if (stored.size > 0) await writeMeta(connection, { dirty: "true" });
  return findings.filter(({ kind, uri, etag }) => stored.has(JSON.stringify([kind, uri, etag])));
}
