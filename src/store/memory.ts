/** Owns what happens when a transaction does not fit into DuckDB's memory: it is tried again with more. */
import type { DuckDBConnection } from "duckdb";
import { messageOf } from "../errors.ts";
import { rowsOf } from "./duck.ts";

const attempts = 4;

/**
 * Runs a transaction that leaves nothing behind when it fails. The limit keeps memory flat in the usual case; what DuckDB cannot
 * spill (the open blocks of a hundred columns, a hash table's directory) may need more of it in a large warehouse, and a run that
 * takes some more memory is better than one that never ends well.
 */
export async function withinMemory<T>(connection: DuckDBConnection, transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt === attempts || !messageOf(error).startsWith("Out of Memory Error")) throw error;
      const [row] = await rowsOf(
        connection,
        "SELECT parse_formatted_bytes(value) FROM duckdb_settings() WHERE name = 'memory_limit'",
      );
      await connection.run(`SET memory_limit = '${Math.ceil((2 * Number(row?.[0])) / 2 ** 20)}MiB'`);
    }
  }
}
