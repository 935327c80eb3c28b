/** Owns the engine that reads the local warehouse with DuckDB. */
import { WarehouseReader } from "../../store/reader.ts";
import type { Protection } from "../../privacy/stand-ins.ts";
import type { Engine } from "../engine.ts";

/** How a statement names a table of the warehouse, such that a CTE of the same name does not hide it. */
export const qualify = (name: string): string => `warehouse.main.${name}`;

/** Opens a published warehouse for reading; statements are refused unless they only read. */
export async function openWarehouse(file: string, protection?: Protection): Promise<Engine> {
  const reader = await WarehouseReader.open(file, { memoryLimit: "1GB", protection });
  return {
    name: "duckdb",
    qualify,
    run: async (sql, signal) => await reader.query(sql, signal),
    close: async () => await reader[Symbol.asyncDispose](),
  };
}
