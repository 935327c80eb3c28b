/** DuckDB's share of the machine while it writes. */
import { availableParallelism } from "node:os";
import type { DuckDBConnection } from "duckdb";
import { messageOf } from "../errors.ts";
import { type DuckOptions, rowsOf, sqlText } from "./duck.ts";

export interface ResourceLimits {
  readonly threads: number;
  readonly memoryLimit: string;
}

const threads = Math.min(availableParallelism(), 4);

/** The limits without readers; more threads would not write faster, and each holds an open block for every column. */
export const alone: ResourceLimits = { threads, memoryLimit: `${152 * threads}MB` };

/** The limits of queries to the ledger, whose names would otherwise fill all the memory. */
export const asking: ResourceLimits = { threads, memoryLimit: "160MB" };

/** The limits beside readers, which need the cores and their own memory. */
export const besideReaders: ResourceLimits = { threads: 1, memoryLimit: "192MB" };

/** Sets the limits; `fixed`, which somebody asked for, takes precedence. */
export async function setLimits(
  connection: DuckDBConnection,
  limits: ResourceLimits,
  fixed: DuckOptions,
): Promise<void> {
  const { threads: count, memoryLimit } = { ...limits, ...fixed };
  const [row] = await rowsOf(connection, "SELECT current_setting('memory_limit')");
  await connection.run(`SET threads = ${count}`);
  try {
    await connection.run(`SET memory_limit = '${memoryLimit}'`);
  } catch (error) {
    if (!messageOf(error).startsWith("Out of Memory Error")) throw error;
    // More than that is in use: the limit stays, and DuckDB's setting has to be restored.
    await connection.run(`SET memory_limit = ${sqlText(String(row?.[0]))}`);
  }
}
