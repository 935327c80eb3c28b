/** How much of the machine DuckDB gets while it writes. */
import { availableParallelism } from "node:os";
import type { DuckDBConnection } from "duckdb";
import { messageOf } from "../errors.ts";
import { type DuckOptions, rowsOf, sqlText } from "./duck.ts";

export interface ResourceLimits {
  readonly threads: number;
  readonly memoryLimit: string;
}

const threads = Math.min(availableParallelism(), 4);

/** More threads would not write faster, and each of them holds an open block for every column. */
export const alone: ResourceLimits = { threads, memoryLimit: `${152 * threads}MB` };

/** The names of a large ledger are looked through again and again: kept whole they would fill whatever there is. */
export const asking: ResourceLimits = { threads, memoryLimit: "160MB" };

/** The readers need the cores, and memory of their own. */
export const besideReaders: ResourceLimits = { threads: 1, memoryLimit: "192MB" };

/** `fixed`: what somebody asked for goes first. */
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
    // More than that is in use: it stays as it was, which DuckDB's own setting has to be told.
    await connection.run(`SET memory_limit = ${sqlText(String(row?.[0]))}`);
  }
}
