/** The ledger row of an extracted object: events that an engine extracted from many log files, whose names they keep. */
import type { DuckDBConnection } from "duckdb";
import { filledQuery } from "../sql/query-file.ts";
import { sqlText } from "./duck.ts";
import type { CommitCounts, StagedBatch } from "./batch.ts";

/**
 * The batch with its one ledger entry completed from its rows: every new event counts as the entry's, whatever log file it names. An
 * entry with a record count also gets its rejected ones: those that are neither events nor another service's.
 */
export async function withExtractedCounts(
  connection: DuckDBConnection,
  batch: StagedBatch,
  counts: CommitCounts,
): Promise<StagedBatch> {
  const [entry] = batch.objects;
  if (entry === undefined) return batch;
  const bedrock = counts.newEvents + counts.duplicates;
  await connection.run(
    filledQuery("duckdb/extracted-shares.sql", { uri: sqlText(entry.uri), etag: sqlText(entry.etag) }),
  );
  const records = Math.max(entry.records, bedrock + entry.other);
  return { ...batch, objects: [{ ...entry, bedrock, records, rejected: records - bedrock - entry.other }] };
}
