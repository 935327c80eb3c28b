/** The loading of a batch in one transaction: events, their fold and the ledger. */
import type { DuckDBConnection } from "duckdb";
import { columnsWithout } from "../schema/column.ts";
import { quarantineTable, trailObjectTable } from "../schema/tables.ts";
import { filledQuery, readQuery } from "../sql/query-file.ts";
import { fillTemporary } from "./append.ts";
import { countOf, rowsOf, sqlText } from "./duck.ts";
import { settleDuplicates } from "./duplicates.ts";
import { writeAggregated } from "./aggregated-calls.ts";
import { writeFindings } from "./findings.ts";
import { type Incoming, foldIncoming, foldTouched, moveFirstCompletion } from "./fold.ts";
import { loadLogs, writeLogLedger } from "./invocation-logs.ts";
import { columnList, eventColumns as columns } from "./ddl.ts";
import { writeMeta } from "./meta.ts";
import type { CommitCounts, StagedBatch } from "./batch.ts";
import { withExtractedCounts } from "./extracted-object.ts";
import { ledgerCells, ledgerValues } from "./ledger-entry.ts";
import { writeStates } from "./source-state.ts";

export interface CommitContext {
  readonly runId: string;
  readonly now: Date;
  /** The number of events that are folded at once. */
  readonly foldedAtOnce: number;
}

/** Loads a batch within the caller's transaction: events, invocations, ledger rows, and the source's states. */
export async function loadBatch(
  connection: DuckDBConnection,
  batch: StagedBatch,
  context: CommitContext,
): Promise<CommitCounts> {
  const { logFiles = [], logObjects = [] } = batch;
  // before the events, so that shared invocations are folded once
  const logCounts = await loadLogs(connection, logFiles);
  const counts =
    batch.files.length === 0 ? await noEvents(connection, context) : await loadEvents(connection, batch.files, context);
  const owned = batch.isExtracted === true ? await withExtractedCounts(connection, batch, counts) : batch;
  await writeLedger(connection, owned, context);
  await writeLogLedger(connection, logObjects, context);
  await writeAggregated(connection, batch.aggregated ?? []);
  await writeFindings(connection, batch.findings ?? [], context);
  await writeStates(connection, batch.states ?? [], context);
  const objects = batch.objects.length + logObjects.length;
  if (objects > 0 || counts.newEvents + logCounts.newLogs > 0) await writeMeta(connection, { dirty: "true" });
  return { ...counts, ...logCounts };
}

async function noEvents(connection: DuckDBConnection, { foldedAtOnce }: CommitContext): Promise<CommitCounts> {
  await connection.run(`CREATE OR REPLACE TEMP TABLE owner_change (object_uri VARCHAR, change BIGINT);
CREATE OR REPLACE TEMP TABLE touched AS SELECT invocation_key FROM temp.log_touched`);
  await foldTouched(connection, foldedAtOnce);
  return { newEvents: 0, duplicates: 0, contentConflicts: 0 };
}

async function loadEvents(
  connection: DuckDBConnection,
  files: readonly string[],
  { foldedAtOnce }: CommitContext,
): Promise<CommitCounts> {
  await connection.run(
    filledQuery("duckdb/staged-events.sql", { event_columns: columns, files: files.map(sqlText).join(", ") }),
  );
  await connection.run("INSERT INTO temp.touched SELECT invocation_key FROM temp.log_touched");
  const [row] = await rowsOf(connection, "SELECT (SELECT count(*) FROM staged), (SELECT count(*) FROM temp.clash)");
  const staged = Number(row?.[0] ?? 0);
  const hasClashes = Number(row?.[1] ?? 0) > 0;
  const incoming = hasClashes ? await settleDuplicates(connection) : await takeAll(connection, staged);
  await moveFirstCompletion(connection, incoming.replacesCompletions);
  await foldIncoming(connection, Math.ceil(staged / foldedAtOnce));
  await connection.run(`
INSERT INTO event (${columns}) SELECT ${columns} FROM incoming;
DROP VIEW incoming; DROP TABLE IF EXISTS temp.left_out; DROP TABLE IF EXISTS temp.changed;`);
  const { newEvents, contentConflicts } = incoming;
  return { newEvents, duplicates: staged - newEvents, contentConflicts };
}

async function takeAll(connection: DuckDBConnection, staged: number): Promise<Incoming> {
  await connection.run(filledQuery("duckdb/plain-events.sql", { event_columns: columns }));
  return { newEvents: staged, contentConflicts: 0, replacesCompletions: false };
}

const entryColumns = columnsWithout(
  trailObjectTable.columns,
  "new_events",
  "duplicates",
  "run_id",
  "loaded_at",
  "digest_verdict",
  "digest_reason",
  "digest_uri",
);
const quarantineColumns = columnsWithout(quarantineTable.columns, "run_id");

/** Ledger and quarantine rows. An event counts as new for the object that owns its row; if a smaller object takes it over, the counts move. */
async function writeLedger(connection: DuckDBConnection, batch: StagedBatch, context: CommitContext): Promise<void> {
  await fillTemporary(
    connection,
    "entry",
    entryColumns,
    batch.objects.map((entry) => ({
      ...ledgerCells(entry),
      bedrock_events: entry.bedrock,
      sha256: entry.hashes?.sha256 ?? null,
      sha256_object: entry.hashes?.sha256Object ?? null,
      flaw: entry.hashes?.flaw ?? null,
      version_id: entry.versionId ?? null,
    })),
  );
  if (
    (await countOf(
      connection,
      "SELECT count(*) FROM (SELECT 1 FROM trail_object WHERE status = 'unreadable' LIMIT 1)",
    )) > 0
  )
    await connection.run(readQuery("duckdb/ledger-unreadable.sql"));
  const values = ledgerValues(entryColumns, context);
  await connection.run(filledQuery("duckdb/ledger.sql", values));
  if ((await countOf(connection, "SELECT count(*) FROM temp.former_owner")) > 0)
    await connection.run(`${readQuery("duckdb/extracted-owners.sql")};\n${readQuery("duckdb/ledger-owners.sql")}`);
  if (batch.quarantine.length === 0) return;
  await fillTemporary(
    connection,
    "rejected",
    quarantineColumns,
    batch.quarantine.map((q) => ({
      uri: q.uri,
      etag: q.etag,
      record_index: q.recordIndex,
      reason: q.reason,
      event_id: q.eventId,
    })),
  );
  const names = columnList({ columns: quarantineColumns });
  await connection.run(filledQuery("duckdb/quarantine.sql", { columns: names, run_id: values.run_id }));
}
