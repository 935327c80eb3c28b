/** Transactions, with another attempt and more memory for what does not fit into DuckDB's limit. */
import type { DuckDBConnection } from "duckdb";
import { messageOf } from "../errors.ts";
import { rowsOf } from "./duck.ts";

const attempts = 6;

/** Runs `action` in a transaction, perhaps more than once; a throw undoes all of it. */
export async function inTransaction<T>(connection: DuckDBConnection, action: () => Promise<T>): Promise<T> {
  return await withinMemory(connection, async () => {
    await connection.run("BEGIN");
    try {
      const result = await action();
      await connection.run("COMMIT");
      return result;
    } catch (error) {
      // the first error explains what happened; a failing rollback would hide it
      await connection.run("ROLLBACK").catch(() => undefined);
      throw error;
    }
  });
}

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
      await connection.run(`SET memory_limit = '${Math.ceil((1.5 * Number(row?.[0])) / 2 ** 20)}MiB'`);
    }
  }
}
