/** Owns loading a batch: events, their fold and the ledger, for one transaction. */
import type { DuckDBConnection } from "duckdb";
import { quarantineTable, trailObjectTable } from "../schema/tables.ts";
import { fillTemporary } from "./append.ts";
import { countOf, rowsOf, sqlText } from "./duck.ts";
import { settleDuplicates } from "./duplicates.ts";
import { writeAggregated } from "./aggregated-calls.ts";
import { writeFindings } from "./findings.ts";
import { type Incoming, foldIncoming, moveFirstCompletion } from "./fold.ts";
import { eventColumns as columns } from "./ddl.ts";
import { writeMeta } from "./meta.ts";
import type { CommitCounts, StagedBatch } from "./batch.ts";
import { withExtractedCounts } from "./extracted-object.ts";
import { writeStates } from "./source-state.ts";

export interface CommitContext {
  readonly runId: string;
  readonly now: Date;
  /** So many events are folded at once. */
  readonly foldedAtOnce: number;
}

/** Loads a batch: events, invocations, ledger rows, and what the source remembers. Call it within a transaction. */
export async function loadBatch(
  connection: DuckDBConnection,
  batch: StagedBatch,
  context: CommitContext,
): Promise<CommitCounts> {
  const counts =
    batch.files.length === 0 ? await noEvents(connection) : await loadEvents(connection, batch.files, context);
  const owned = batch.isExtracted === true ? await withExtractedCounts(connection, batch, counts) : batch;
  await writeLedger(connection, owned, context);
  await writeAggregated(connection, batch.aggregated ?? []);
  await writeFindings(connection, batch.findings ?? [], context);
  await writeStates(connection, batch.states ?? [], context);
  if (batch.objects.length > 0 || counts.newEvents > 0) await writeMeta(connection, { dirty: "true" });
  return counts;
}

async function noEvents(connection: DuckDBConnection): Promise<CommitCounts> {
  await connection.run("CREATE OR REPLACE TEMP TABLE owner_change (object_uri VARCHAR, change BIGINT)");
  return { newEvents: 0, duplicates: 0, contentConflicts: 0 };
}

async function loadEvents(
  connection: DuckDBConnection,
  files: readonly string[],
  { foldedAtOnce }: CommitContext,
): Promise<CommitCounts> {
  const empty = (await countOf(connection, "SELECT count(*) FROM (SELECT 1 FROM event LIMIT 1)")) === 0;
  const known = empty ? "" : "UNION SELECT s.event_id FROM staged s SEMI JOIN event e ON e.event_id = s.event_id";
  await connection.run(`
CREATE OR REPLACE TEMP VIEW staged AS SELECT ${columns}, filename, file_row_number
FROM read_parquet([${files.map(sqlText).join(", ")}], filename = true, file_row_number = true);
CREATE OR REPLACE TEMP TABLE clash AS SELECT event_id FROM staged GROUP BY event_id HAVING count(*) > 1 ${known};
CREATE OR REPLACE TEMP TABLE touched (invocation_key VARCHAR);`);
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
  await connection.run(`
CREATE OR REPLACE TEMP VIEW incoming AS SELECT ${columns} FROM staged;
CREATE OR REPLACE TEMP TABLE owner_change AS SELECT object_uri, count(*) AS change FROM staged GROUP BY object_uri;`);
  return { newEvents: staged, contentConflicts: 0, replacesCompletions: false };
}

const entryColumns = trailObjectTable.columns.filter(
  ({ name }) => !["new_events", "duplicates", "run_id", "loaded_at"].includes(name) && !name.startsWith("digest_"),
);
const quarantineColumns = quarantineTable.columns.filter((column) => column.name !== "run_id");

/** Ledger and quarantine rows. An event counts as new for the object that owns its row; if a smaller object takes it over, the counts move. */
async function writeLedger(connection: DuckDBConnection, batch: StagedBatch, context: CommitContext): Promise<void> {
  await fillTemporary(
    connection,
    "entry",
    entryColumns,
    batch.objects.map((o) => [
      o.uri,
      o.etag,
      o.size,
      o.status,
      o.reason,
      o.accountId,
      o.region,
      o.day,
      o.records,
      o.bedrock,
      o.rejected,
      o.other,
      o.hashes?.sha256 ?? null,
      o.hashes?.sha256Object ?? null,
      o.hashes?.flaw ?? null,
    ]),
  );
  // An object that could not be read is tried by every run: its latest failure replaces the one before.
  if (batch.objects.some((object) => object.etag.endsWith(":unreadable"))) {
    await connection.run(`
DELETE FROM trail_object t USING temp.entry e WHERE t.uri = e.uri AND t.etag = e.etag AND t.status = 'quarantined';
DELETE FROM quarantine q USING temp.entry e WHERE q.uri = e.uri AND q.etag = e.etag;`);
  }
  const runId = sqlText(context.runId);
  const list = entryColumns.map((column) => `"${column.name}"`).join(", ");
  const moved = "temp.owner_change c WHERE c.change < 0 OR c.object_uri NOT IN (SELECT uri FROM temp.entry)";
  await connection.run(`
INSERT INTO trail_object (${list}, new_events, duplicates, run_id, loaded_at)
SELECT ${entryColumns.map((column) => `e."${column.name}"`).join(", ")}, greatest(coalesce(c.change, 0), 0), e.bedrock_events - greatest(coalesce(c.change, 0), 0),
  ${runId}, epoch_ms(${context.now.getTime()})
FROM temp.entry e LEFT JOIN temp.owner_change c ON c.object_uri = e.uri;`);
  if ((await countOf(connection, `SELECT count(*) FROM ${moved}`)) > 0) {
    await connection.run(`
CREATE OR REPLACE TEMP TABLE shift AS
SELECT t.uri, max_by(t.etag, t.new_events) AS etag, any_value(m.change) AS change
FROM (SELECT * FROM ${moved}) m JOIN trail_object t ON t.uri = m.object_uri
WHERE NOT EXISTS (FROM temp.entry e WHERE e.uri = t.uri AND e.etag = t.etag) GROUP BY t.uri;
UPDATE trail_object t SET new_events = t.new_events + s.change, duplicates = t.duplicates - s.change
FROM temp.shift s WHERE s.uri = t.uri AND s.etag = t.etag;`);
  }
  if (batch.quarantine.length === 0) return;
  await fillTemporary(
    connection,
    "rejected",
    quarantineColumns,
    batch.quarantine.map((q) => [q.uri, q.etag, q.recordIndex, q.reason, q.eventId]),
  );
  await connection.run(`INSERT INTO quarantine SELECT *, ${runId} FROM temp.rejected`);
}
