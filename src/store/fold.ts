/** The fold of events into invocations: the choice of keys, and the statement of queries/model/invocation.sql. */
import type { DuckDBConnection } from "duckdb";
import { invocationTable } from "../schema/invocation.ts";
import { countOf } from "./duck.ts";
import { markStaleDays } from "./invocation-day.ts";
import { filledQuery, readQuery } from "../sql/query-file.ts";
import { columnList, eventColumns as columns } from "./ddl.ts";
import { gatherLogs } from "./invocation-logs.ts";

/** The facts about the view `incoming` that the fold depends on. */
export interface Incoming {
  /** Events more than before, once they are in. */
  readonly newEvents: number;
  readonly contentConflicts: number;
  /** Whether it replaces completions in `event`, one of which may have been the first of its account and Region. */
  readonly replacesCompletions: boolean;
}

const touchedInvocations = "invocation i SEMI JOIN temp.touched t ON t.invocation_key = i.invocation_key";

let statement: string | undefined;

/** The fold, with CTEs put in front of its own. */
function foldSql(ctes: string): string {
  statement ??= readQuery("model/invocation.sql");
  return `with ${ctes},\n${statement.slice("with".length)}`;
}

/**
 * Runs the fold with its joins as written, the small side to the right. DuckDB orders joins by the number of rows that it
 * expects, and underestimates what was just loaded: it would put the wide rows into hash tables.
 */
async function insertFolded(connection: DuckDBConnection, event: string, logs: string): Promise<void> {
  await connection.run("SET disabled_optimizers = 'build_side_probe_side'");
  await connection.run(`INSERT INTO invocation (${columnList(invocationTable)})\n${foldSql(`${event}, ${logs}`)}`);
  // after a failure it stays set, as nothing can be set before the rollback; the next fold resets it
  await connection.run("RESET disabled_optimizers");
}

/**
 * Folds the new events of the view `incoming`, before they are in `event`, with the stored events that share their keys or are in
 * temp.touched. Most keys of a batch are new and not looked up in the large table. A key without events disappears.
 * `parts` is the number of turns that the keys are split into: the fold's memory grows with the events and cannot all be spilled.
 */
export async function foldIncoming(connection: DuckDBConnection, parts: number): Promise<void> {
  let source = `SELECT ${columns} FROM incoming`;
  await connection.run(readQuery("duckdb/touched-keys.sql"));
  if ((await countOf(connection, "SELECT count(*) FROM temp.touched")) > 0) {
    // before and after: an invocation may move to another day, or go
    await markStaleDays(connection, touchedInvocations);
    // once: the fold reads its events several times
    await connection.run(filledQuery("duckdb/known-events.sql", { event_columns: columns }));
    source += ` UNION ALL SELECT ${columns} FROM temp.known_event`;
  }
  await foldInParts(connection, source, parts);
  // an invocation has the time of one of its events
  await markStaleDays(connection, `(${source}) WHERE invocation_key IS NOT NULL`);
  await connection.run("DROP TABLE IF EXISTS temp.known_event");
}

async function foldInParts(connection: DuckDBConnection, source: string, parts: number): Promise<void> {
  const logs = await gatherLogs(connection, `SELECT invocation_key FROM (${source})`);
  for (let part = 0; part < parts; part++) {
    const ofPart =
      parts === 1
        ? "invocation_key IS NOT NULL"
        : `invocation_key IS NOT NULL AND hash(invocation_key) % ${parts} = ${part}`;
    await insertFolded(connection, `event AS NOT MATERIALIZED (SELECT * FROM (${source}) WHERE ${ofPart})`, logs);
  }
  await connection.run("DROP TABLE temp.known_log");
}

/** Folds the keys of temp.touched again, some at a time; a key without events disappears. */
export async function foldTouched(
  connection: DuckDBConnection,
  foldedAtOnce: number = Number.POSITIVE_INFINITY,
): Promise<void> {
  const touched = await countOf(connection, "SELECT count(*) FROM temp.touched");
  if (touched === 0) return;
  await markStaleDays(connection, touchedInvocations);
  await connection.run("DELETE FROM invocation WHERE invocation_key IN (SELECT invocation_key FROM temp.touched)");
  const source =
    "select e.* from warehouse.main.event e semi join temp.touched t on t.invocation_key = e.invocation_key";
  await foldInParts(connection, source, Math.max(1, Math.ceil(touched / foldedAtOnce)));
  await markStaleDays(connection, touchedInvocations);
}

/**
 * Brings first_completion up to date with the view `incoming` and adds to temp.touched the streamed invocations that have to be judged
 * again because the first completion of their account and Region moved (DESIGN: the fold is not local).
 * `whole` says that a first completion may have been replaced: then all completions are searched for the next.
 */
export async function moveFirstCompletion(connection: DuckDBConnection, whole: boolean): Promise<void> {
  await connection.run(readQuery(whole ? "duckdb/first-completion-anew.sql" : "duckdb/first-completion.sql"));
  if ((await countOf(connection, "SELECT count(*) FROM temp.moved")) === 0) return;
  await connection.run(readQuery("duckdb/first-completion-moved.sql"));
}
