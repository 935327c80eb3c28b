/** The counts of calls that came without records: each aggregated event counts once, however often it was delivered. */
import type { DuckDBConnection } from "duckdb";
import { aggregatedCallTable } from "../schema/tables.ts";
import { readQuery } from "../sql/query-file.ts";
import { fillTemporary } from "./append.ts";
import type { AggregatedEntry } from "./batch.ts";

/** Stores counts that are not known yet, within the caller's transaction. */
export async function writeAggregated(
  connection: DuckDBConnection,
  entries: readonly AggregatedEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  await fillTemporary(
    connection,
    "aggregated",
    aggregatedCallTable.columns,
    entries.map((entry) => ({
      event_id: entry.eventId,
      account_id: entry.accountId,
      source_region: entry.region,
      event_time: entry.windowStart,
      event_source: entry.eventSource,
      event_name: entry.eventName,
      is_inference: entry.isInference,
      calls: entry.calls,
      object_uri: entry.uri,
    })),
  );
  await connection.run(readQuery("duckdb/aggregated-calls.sql"));
}
