/** Loading model invocation logs: one row for each request, the invocations that have to be folded again, and their ledger. */
import type { DuckDBConnection } from "duckdb";
import { columnsWithout } from "../schema/column.ts";
import { invocationLogObjectTable, invocationLogTable } from "../schema/invocation-log.ts";
import { filledQuery } from "../sql/query-file.ts";
import { fillTemporary } from "./append.ts";
import type { LedgerEntry } from "./batch.ts";
import { columnList } from "./ddl.ts";
import { countOf, sqlText } from "./duck.ts";
import { ledgerCells, ledgerValues } from "./ledger-entry.ts";

const columns = columnList(invocationLogTable);
const order = invocationLogTable.columns.map(({ name }) => `"${name}" NULLS FIRST`).join(", ");

export interface LogCounts {
  /** Rows more than before. */
  readonly newLogs: number;
  readonly duplicateLogs: number;
}

/** Puts the staged records into `invocation_log` and the keys of invocations that they are about into temp.log_touched. */
export async function loadLogs(connection: DuckDBConnection, files: readonly string[]): Promise<LogCounts> {
  if (files.length === 0) {
    await connection.run(`CREATE OR REPLACE TEMP TABLE log_touched (invocation_key VARCHAR);
CREATE OR REPLACE TEMP TABLE log_change (object_uri VARCHAR, change BIGINT)`);
    return { newLogs: 0, duplicateLogs: 0 };
  }
  const before = await countOf(connection, "SELECT count(*) FROM invocation_log");
  await connection.run(
    filledQuery("duckdb/incoming-logs.sql", {
      log_columns: columns,
      log_order: order,
      files: files.map(sqlText).join(", "),
    }),
  );
  const staged = await countOf(connection, "SELECT count(*) FROM staged_log");
  const newLogs = (await countOf(connection, "SELECT count(*) FROM invocation_log")) - before;
  await connection.run("DROP VIEW staged_log");
  return { newLogs, duplicateLogs: staged - newLogs };
}

const entryColumns = columnsWithout(
  invocationLogObjectTable.columns,
  "new_records",
  "duplicates",
  "run_id",
  "loaded_at",
);

/** Writes the ledger rows of the objects, after `loadLogs`. */
export async function writeLogLedger(
  connection: DuckDBConnection,
  objects: readonly LedgerEntry[],
  context: { readonly runId: string; readonly now: Date },
): Promise<void> {
  if (objects.length === 0) return;
  await fillTemporary(
    connection,
    "log_entry",
    entryColumns,
    objects.map((entry) => ({ ...ledgerCells(entry), kept: entry.bedrock })),
  );
  await connection.run(filledQuery("duckdb/log-ledger.sql", ledgerValues(entryColumns, context)));
}

/** Fills temp.known_log, which the fold joins, for the keys that `source` yields. */
export async function gatherLogs(connection: DuckDBConnection, keys: string): Promise<string> {
  const isEmpty = (await countOf(connection, "SELECT count(*) FROM (SELECT 1 FROM invocation_log LIMIT 1)")) === 0;
  await connection.run(
    filledQuery("duckdb/known-logs.sql", {
      log_columns: columns,
      keys: isEmpty ? "SELECT NULL WHERE false" : keys,
    }),
  );
  return "invocation_log AS NOT MATERIALIZED (SELECT * FROM temp.known_log)";
}
