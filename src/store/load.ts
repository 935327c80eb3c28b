/** Owns loading a batch: events, their fold and the ledger, for one transaction. */
import type { DuckDBConnection } from "duckdb";
import type { Column } from "../schema/column.ts";
import { eventTable } from "../schema/event.ts";
import { quarantineTable, trailObjectTable } from "../schema/tables.ts";
import { fillTemporary } from "./append.ts";
import { countOf, rowsOf, sqlText } from "./duck.ts";
import { writeFindings } from "./findings.ts";
import { foldIncoming, moveFirstCompletion } from "./fold.ts";
import { columnList, writeMeta } from "./schema.ts";
import type { CommitCounts, StagedBatch } from "./batch.ts";
import { ownedSlice } from "./slice.ts";
import { writeStates } from "./source-state.ts";

export interface CommitContext {
  readonly runId: string;
  readonly now: Date;
  /** So many events are folded at once. */
  readonly foldedAtOnce: number;
}

const columns = columnList(eventTable);
const content = eventTable.columns.filter((column) => column.name !== "object_uri" && column.name !== "record_index");
const contentList = content.map((column) => `"${column.name}"`).join(", ");

/** Loads a batch: events, invocations, ledger rows, and what the source remembers. Call it within a transaction. */
export async function loadBatch(
  connection: DuckDBConnection,
  batch: StagedBatch,
  context: CommitContext,
): Promise<CommitCounts> {
  const counts =
    batch.files.length === 0 ? await noEvents(connection) : await loadEvents(connection, batch.files, context);
  const owned = batch.isSlice === true ? await ownedSlice(connection, batch, counts) : batch;
  await writeLedger(connection, owned, context);
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
CREATE OR REPLACE TEMP VIEW staged AS SELECT ${columns} FROM read_parquet([${files.map(sqlText).join(", ")}]);
CREATE OR REPLACE TEMP TABLE clash AS SELECT event_id FROM staged GROUP BY event_id HAVING count(*) > 1 ${known};
CREATE OR REPLACE TEMP TABLE touched (invocation_key VARCHAR);`);
  const [row] = await rowsOf(connection, "SELECT (SELECT count(*) FROM staged), (SELECT count(*) FROM temp.clash)");
  const staged = Number(row?.[0] ?? 0);
  const parts = Math.ceil(staged / foldedAtOnce);
  if (Number(row?.[1] ?? 0) > 0) return await loadClashing(connection, staged, parts);
  await connection.run(`
CREATE OR REPLACE TEMP VIEW incoming AS FROM staged;
CREATE OR REPLACE TEMP TABLE owner_change AS SELECT object_uri, count(*) AS change FROM staged GROUP BY object_uri;`);
  await moveFirstCompletion(connection, "incoming", false);
  await foldIncoming(connection, columns, parts);
  await connection.run(`INSERT INTO event (${columns}) SELECT ${columns} FROM incoming`);
  return { newEvents: staged, duplicates: 0, contentConflicts: 0 };
}

/**
 * eventIDs that are there already or twice in the batch. The choice must not depend on the order of loading: of different contents the
 * first one, ordered by all columns; of plain duplicates the smallest place. The contents that lose are kept in event_variant.
 * At least once means that most batches have a few: only these are compared, the others take the usual way.
 */
async function loadClashing(connection: DuckDBConnection, staged: number, parts: number): Promise<CommitCounts> {
  const from = (table: string): string =>
    `SELECT t.* FROM ${table} t SEMI JOIN temp.clash c ON c.event_id = t.event_id`;
  const order = content.map((column: Column) => `"${column.name}" NULLS FIRST`).join(", ");
  await connection.run(`
CREATE OR REPLACE TEMP TABLE contest AS
WITH pool AS (${from("event")} UNION ALL ${from("event_variant")} UNION ALL ${from("staged")}),
one AS (SELECT ${contentList}, min(struct_pack(u := object_uri, i := record_index)) AS place FROM pool GROUP BY ${contentList})
SELECT ${contentList}, place.u AS object_uri, place.i AS record_index, row_number() OVER (PARTITION BY event_id ORDER BY ${order}) AS n FROM one;
CREATE OR REPLACE TEMP TABLE former AS ${from("event")};
CREATE OR REPLACE TEMP TABLE changed AS
SELECT ${columns} FROM temp.contest WHERE n = 1 EXCEPT SELECT ${columns} FROM temp.former;
DELETE FROM temp.former WHERE event_id NOT IN (SELECT event_id FROM temp.changed);
CREATE OR REPLACE TEMP VIEW fresh AS SELECT s.* FROM staged s ANTI JOIN temp.clash c ON c.event_id = s.event_id;
CREATE OR REPLACE TEMP VIEW incoming AS SELECT ${columns} FROM fresh UNION ALL SELECT ${columns} FROM temp.changed;
CREATE OR REPLACE TEMP TABLE owner_change AS
SELECT object_uri, sum(change) AS change FROM (
  SELECT object_uri, 1 AS change FROM incoming UNION ALL SELECT object_uri, -1 FROM temp.former
) GROUP BY object_uri HAVING sum(change) <> 0;
INSERT INTO temp.touched SELECT DISTINCT invocation_key FROM temp.former WHERE invocation_key IS NOT NULL;
DELETE FROM event WHERE event_id IN (SELECT event_id FROM temp.former);`);
  const conflicts = await keepVariants(connection);
  const [row] = await rowsOf(
    connection,
    `SELECT (SELECT count(*) FROM incoming) - (SELECT count(*) FROM temp.former),
  (SELECT count(*) FROM temp.former WHERE record_kind = 'completion')`,
  );
  // a completion that is replaced may have been the first one: then only the whole table knows the next
  const whole = Number(row?.[1] ?? 0) > 0;
  const completions = `(SELECT account_id, source_region, event_time, record_kind FROM event
UNION ALL SELECT account_id, source_region, event_time, record_kind FROM incoming)`;
  await moveFirstCompletion(connection, whole ? completions : "incoming", whole);
  await foldIncoming(connection, columns, parts);
  await connection.run(`
INSERT INTO event (${columns}) SELECT ${columns} FROM incoming;
DROP VIEW incoming; DROP VIEW fresh; DROP TABLE temp.contest; DROP TABLE temp.former; DROP TABLE temp.changed;`);
  const newEvents = Number(row?.[0] ?? 0);
  return { newEvents, duplicates: staged - newEvents, contentConflicts: conflicts };
}

async function keepVariants(connection: DuckDBConnection): Promise<number> {
  const after = await countOf(connection, "SELECT count(*) FROM temp.contest WHERE n > 1");
  if (after === 0) return 0;
  const before = await countOf(connection, "SELECT count(*) FROM event_variant SEMI JOIN temp.clash USING (event_id)");
  await connection.run(`
DELETE FROM event_variant WHERE event_id IN (SELECT event_id FROM temp.clash);
INSERT INTO event_variant (${columns}) SELECT ${columns} FROM temp.contest WHERE n > 1;`);
  return after - before;
}

const entryColumns = trailObjectTable.columns.filter(
  (column) => !["new_events", "duplicates", "run_id", "loaded_at"].includes(column.name),
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
