/** Owns the running of SQL that a person wrote: one statement that reads, nothing else. */
import type { DuckDBConnection, DuckDBExtractedStatements } from "duckdb";
import { SpillwayError, messageOf } from "../errors.ts";
import { loadDuckDb } from "./duck.ts";
import { type ColumnarResult, streamColumns } from "./result.ts";

/** From here on neither SQL nor a setting can reach a file or the network. What is attached stays readable. */
export async function harden(connection: DuckDBConnection): Promise<void> {
  await connection.run("SET enable_external_access = false; SET lock_configuration = true;");
}

/** Runs one reading statement. A signal interrupts it. */
export async function runQuery(
  connection: DuckDBConnection,
  sql: string,
  signal?: AbortSignal,
): Promise<ColumnarResult> {
  if (signal?.aborted === true) throw interrupted();
  const stop = (): void => connection.interrupt();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await refuseWriting(connection, sql);
    const result = await streamColumns(connection, sql);
    return { columns: result.columns, chunks: guarded(result.chunks, signal, stop) };
  } catch (error) {
    signal?.removeEventListener("abort", stop);
    throw queryError(error);
  }
}

async function* guarded<T>(
  chunks: AsyncIterable<T>,
  signal: AbortSignal | undefined,
  stop: () => void,
): AsyncGenerator<T> {
  try {
    yield* chunks;
  } catch (error) {
    throw queryError(error);
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

async function refuseWriting(connection: DuckDBConnection, sql: string): Promise<void> {
  const { StatementType } = loadDuckDb();
  const statements = await extract(connection, sql);
  if (statements.count !== 1)
    throw new SpillwayError("sql-refused", "More than one SQL statement", { next: "Give one statement" });
  const statement = await statements.prepare(0);
  const { statementType, parameterCount } = statement;
  statement.destroySync();
  if (statementType !== StatementType.SELECT && statementType !== StatementType.EXPLAIN) {
    throw new SpillwayError("sql-refused", "Only statements that read are run", {
      next: "Begin with SELECT, FROM, WITH, DESCRIBE, SUMMARIZE or EXPLAIN",
    });
  }
  if (parameterCount > 0)
    throw new SpillwayError("sql", "The statement has parameters", { next: "Write the values into the statement" });
}

async function extract(connection: DuckDBConnection, sql: string): Promise<DuckDBExtractedStatements> {
  try {
    return await connection.extractStatements(sql);
  } catch (error) {
    // all that the binding says of a text without a statement
    if (!messageOf(error).includes("Error in native callback")) throw error;
    throw new SpillwayError("sql-refused", "There is no SQL statement", { next: "Give one statement", cause: error });
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
