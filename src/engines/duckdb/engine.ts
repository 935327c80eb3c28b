/** The engine that reads the local warehouse with DuckDB. */
import { availableParallelism } from "node:os";
import { openEmptyWarehouse } from "../../store/empty-warehouse.ts";
import { WarehouseReader } from "../../store/reader.ts";
import type { Protection } from "../../privacy/stand-ins.ts";
import type { Engine, ResultColumn } from "../engine.ts";

/** The full name of a warehouse table, which a CTE of the same plain name does not hide. */
export const qualify = (name: string): string => `warehouse.main.${name}`;

/** More threads than this would each need memory of their own, and reports gain nothing by them. */
const threads = Math.min(availableParallelism(), 4);
/** DuckDB's memory: on two cores the process stays near 600 MB with ten million rows, and a sort still fits beside the row groups of a file. */
const memoryFor = (count: number): string => `${Math.max(304, 152 * count)}MB`;
/** Opens a published warehouse for reading; statements are refused unless they only read. Results may be copied into `writable`. */
export async function openWarehouse(
  file: string,
  writable: readonly string[] = [],
  protection?: Protection,
): Promise<Engine> {
  return engineOf(await WarehouseReader.open(file, { threads, memoryLimit: memoryFor(threads), writable, protection }));
}

/** The same for files that have to be equal wherever they are written: rows are written by one thread. */
export async function openWarehouseForPack(file: string, protection?: Protection): Promise<Engine> {
  return engineOf(
    await WarehouseReader.open(file, {
      threads: 1,
      memoryLimit: memoryFor(1),
      protection,
      hasOwnStatementsOnly: true,
    }),
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
