/** The engine that reads the local warehouse with DuckDB. */
import { openEmptyWarehouse } from "../../store/empty-warehouse.ts";
import { WarehouseReader } from "../../store/reader.ts";
import type { Protection } from "../../privacy/stand-ins.ts";
import type { Engine, ResultColumn } from "../engine.ts";

/** The full name of a warehouse table, which a CTE of the same plain name does not hide. */
export const qualify = (name: string): string => `warehouse.main.${name}`;

/** DuckDB's memory. The process needs about as much again, and 600 MB has to be enough for ten million rows. */
const memoryLimit = "304MB";

/** Opens a published warehouse for reading; statements are refused unless they only read. Results may be copied into `writable`. */
export async function openWarehouse(
  file: string,
  writable: readonly string[] = [],
  protection?: Protection,
): Promise<Engine> {
  return engineOf(await WarehouseReader.open(file, { memoryLimit, writable, protection }));
}

/** The same for files that have to be equal wherever they are written: rows are written by one thread. */
export async function openWarehouseForPack(file: string, protection?: Protection): Promise<Engine> {
  return engineOf(
    await WarehouseReader.open(file, { memoryLimit, protection, threads: 1, hasOwnStatementsOnly: true }),
  );
}

function engineOf(reader: WarehouseReader): Engine {
  return {
    name: "duckdb",
    qualify,
    run: async (sql, signal) => await reader.query(sql, signal),
    close: async () => await reader[Symbol.asyncDispose](),
  };
}

/** The columns of a statement in a warehouse without data. */
export async function columnsWithoutData(sql: string): Promise<readonly ResultColumn[]> {
  await using warehouse = await openEmptyWarehouse();
  return await warehouse.columnsOf(sql);
}
