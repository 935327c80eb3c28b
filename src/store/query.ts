/** The execution of SQL over the published warehouse: it only reads, and a signal interrupts it. */
import { resolve } from "node:path";
import type { DuckDBConnection } from "duckdb";
import { SpillwayError, interruptedQuery, messageOf } from "../errors.ts";
import type { CellBatch, CellResult, ResultCopy } from "../schema/result-column.ts";
import { textLiteral } from "../sql/literal.ts";
import { rowsOf } from "./duck.ts";
import { copySql } from "./export-sql.ts";
import { cellBatches } from "./result.ts";
import { type ReadingStatement, readingStatement, relationOf } from "./statement.ts";

/** From here on SQL can reach neither the network nor files other than `writable` and those attached. */
export async function harden(connection: DuckDBConnection, writable: readonly string[]): Promise<void> {
  const paths = writable.map(textLiteral).join(", ");
  await connection.run(`SET allowed_paths = [${paths}]; SET enable_external_access = false;`);
}

export interface QueryContext {
  readonly connection: DuckDBConnection;
  /** Files that results may be copied into; the first is a scratch file. */
  readonly writable: readonly [scratchFile: string, ...others: string[]];
  readonly signal: AbortSignal | undefined;
}

/** The result of one reading statement, which runs while its batches are read, or when it is copied. A signal interrupts it. */
export async function runQuery(sql: string, context: QueryContext): Promise<CellResult> {
  if (context.signal?.aborted === true) throw interruptedQuery();
  try {
    const statement = await readingStatement(context.connection, sql);
    const result = {
      columns: statement.columns.map(({ column }) => column),
      batches: interruptibleBatches(statement, context),
    };
    return canBeCopied(statement) ? { ...result, copy: copyOf(statement, context) } : result;
  } catch (error) {
    throw queryError(error);
  }
}

async function* interruptibleBatches(statement: ReadingStatement, context: QueryContext): AsyncGenerator<CellBatch> {
  using guard = interruptedBy(context);
  try {
    guard.check();
    for await (const batch of cellBatches(context.connection, statement)) {
      yield batch;
      // between two batches there is nothing to interrupt
      guard.check();
    }
  } catch (error) {
    throw guard.explain(error);
  }
}

/** Whether DuckDB's writers accept the columns: two names that differ only in case are refused. */
function canBeCopied({ isRelation, columns }: ReadingStatement): boolean {
  return isRelation && new Set(columns.map(({ column }) => column.name.toLowerCase())).size === columns.length;
}

function copyOf(statement: ReadingStatement, context: QueryContext): ResultCopy {
  return {
    scratchFile: context.writable[0],
    mayWrite: (file) => context.writable.includes(resolve(file)),
    to: async (file, options) => {
      const signals = [context.signal, options.signal].filter((signal) => signal !== undefined);
      using guard = interruptedBy({ ...context, signal: AbortSignal.any(signals) });
      try {
        guard.check();
        const isOrdered = await hasOrder(context.connection, statement);
        return (await context.connection.run(copySql(statement, resolve(file), options, isOrdered))).rowsChanged;
      } catch (error) {
        throw guard.explain(error);
      }
    },
  };
}

/** Whether the statement, or a view that it reads, orders its rows: rows without an order are copied faster, in a third of the memory. */
async function hasOrder(connection: DuckDBConnection, statement: ReadingStatement): Promise<boolean> {
  const plan = await rowsOf(connection, `EXPLAIN SELECT * FROM ${relationOf(statement)}`);
  return /ORDER_BY|TOP_N/.test(plan.flat().join("\n"));
}

interface Guard extends Disposable {
  /** @throws SpillwayError `interrupted` */
  readonly check: () => void;
  readonly explain: (error: unknown) => Error;
}

function interruptedBy({ connection, signal }: QueryContext): Guard {
  const stop = (): void => connection.interrupt();
  const isStopped = (): boolean => signal?.aborted === true;
  signal?.addEventListener("abort", stop, { once: true });
  return {
    check: () => {
      if (isStopped()) throw interruptedQuery();
    },
    explain: (error) => (isStopped() ? interruptedQuery() : queryError(error)),
    [Symbol.dispose]: () => signal?.removeEventListener("abort", stop),
  };
}

const whereToLook = "docs/data-dictionary.md has every table and column, docs/sql-cookbook.md statements that work";

/** The error with DuckDB's first line as its message, and the line with the position as the next step. */
export function queryError(error: unknown): Error {
  if (error instanceof SpillwayError) return error;
  const message = messageOf(error).replace(/^Failed to extract statements: /, "");
  if (message.startsWith("INTERRUPT")) return interruptedQuery();
  const [first = message, ...rest] = message.split("\n");
  if (/No space left|disk is full|Disk quota/i.test(first)) {
    return new SpillwayError("disk-full", "No space left while the result was written", {
      next: "Free some space there, or name another file; temporary files lie where TMPDIR says",
      cause: error,
    });
  }
  if (/^IO Error: (?:Could not|Cannot|Failed to) (?:write|open|fsync|sync)/i.test(first)) {
    return new SpillwayError("output", first, { next: "Check the place that the result is written to", cause: error });
  }
  if (/^Permission Error|disabled by configuration|configuration has been locked|read-only mode/i.test(first)) {
    return new SpillwayError("sql-refused", first, {
      next: "Queries read the warehouse only: files, network and settings are out of reach",
      cause: error,
    });
  }
  const position = rest.filter((line) => line.trim() !== "").join("\n");
  return new SpillwayError("sql", first, { next: position === "" ? whereToLook : position, cause: error });
}
