/** Owns the running of SQL over the published warehouse: it only reads, and a signal interrupts it. */
import type { DuckDBConnection } from "duckdb";
import { SpillwayError, messageOf } from "../errors.ts";
import type { CellResult } from "../schema/result-column.ts";
import { cellBatches } from "./result.ts";
import { readingStatement } from "./statement.ts";

/** From here on neither SQL nor a setting can reach a file or the network. What is attached stays readable. */
export async function harden(connection: DuckDBConnection): Promise<void> {
  await connection.run("SET enable_external_access = false; SET lock_configuration = true;");
}

/** One reading statement; it runs while its batches are read. A signal interrupts it. */
export async function runQuery(connection: DuckDBConnection, sql: string, signal?: AbortSignal): Promise<CellResult> {
  if (signal?.aborted === true) throw interrupted();
  try {
    const statement = await readingStatement(connection, sql);
    return {
      columns: statement.columns.map(({ column }) => column),
      batches: interruptible(connection, cellBatches(connection, statement), signal),
    };
  } catch (error) {
    throw queryError(error);
  }
}

async function* interruptible<T>(
  connection: DuckDBConnection,
  batches: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  const stop = (): void => connection.interrupt();
  // between two batches nothing runs that could be interrupted
  const isStopped = (): boolean => signal?.aborted === true;
  signal?.addEventListener("abort", stop, { once: true });
  try {
    if (isStopped()) throw interrupted();
    for await (const batch of batches) {
      yield batch;
      if (isStopped()) throw interrupted();
    }
  } catch (error) {
    throw isStopped() ? interrupted() : queryError(error);
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

function interrupted(): SpillwayError {
  return new SpillwayError("interrupted", "The query was interrupted", { next: "Nothing was changed; run it again" });
}

const whereToLook = "docs/data-dictionary.md has every table and column, docs/sql-cookbook.md statements that work";

/** DuckDB's message, its first line as ours, the line with the position as what to look at. */
export function queryError(error: unknown): Error {
  if (error instanceof SpillwayError) return error;
  const message = messageOf(error).replace(/^Failed to extract statements: /, "");
  if (message.startsWith("INTERRUPT")) return interrupted();
  const [first = message, ...rest] = message.split("\n");
  if (/^Permission Error|disabled by configuration|configuration has been locked|read-only mode/i.test(first)) {
    return new SpillwayError("sql-refused", first, {
      next: "Queries read the warehouse only: files, network and settings are out of reach",
      cause: error,
    });
  }
  const position = rest.filter((line) => line.trim() !== "").join("\n");
  return new SpillwayError("sql", first, { next: position === "" ? whereToLook : position, cause: error });
}
