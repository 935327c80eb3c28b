/** The engine that reads the local warehouse with DuckDB. */
import { openEmptyWarehouse } from "../../store/empty-warehouse.ts";
import { WarehouseReader } from "../../store/reader.ts";
import type { Protection } from "../../privacy/stand-ins.ts";
import type { Engine, ResultColumn } from "../engine.ts";

/** How a statement names a table of the warehouse, such that a CTE of the same name does not hide it. */
export const qualify = (name: string): string => `warehouse.main.${name}`;

/** The process has as much again: a result of ten million rows has to leave in 600 MB. */
const memoryLimit = "400MB";

/** Opens a published warehouse for reading; statements are refused unless they only read. Results may be copied into `writable`. */
export async function openWarehouse(
  file: string,
  writable: readonly string[] = [],
  protection?: Protection,
): Promise<Engine> {
  const reader = await WarehouseReader.open(file, { memoryLimit, writable, protection });
  return {
    name: "duckdb",
    qualify,
    run: async (sql, signal) => await reader.query(sql, signal),
    close: async () => await reader[Symbol.asyncDispose](),
  };
}

/** What the columns of a statement are, before there is any data. */
export async function columnsWithoutData(sql: string): Promise<readonly ResultColumn[]> {
  await using warehouse = await openEmptyWarehouse();
  return await warehouse.columnsOf(sql);
}
