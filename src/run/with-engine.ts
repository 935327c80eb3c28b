/** The opening of a run's warehouse for a step, and its closing however the step ends. */
import type { Config } from "../config/config.ts";
import { openWarehouse, openWarehouseForPack } from "../engines/duckdb/engine.ts";
import type { Engine } from "../engines/engine.ts";
import type { Protection } from "../privacy/stand-ins.ts";

export interface EngineNeeds {
  readonly protection?: Protection | undefined;
  /** Files that results may be written into. */
  readonly writable?: readonly string[];
  /** What it writes has to be the same bytes everywhere. */
  readonly isForPack?: boolean;
}

export async function withEngine<T>(
  { warehouse }: Pick<Config, "warehouse">,
  action: (engine: Engine) => Promise<T>,
  { protection, writable, isForPack = false }: EngineNeeds = {},
): Promise<T> {
  const engine = isForPack
    ? await openWarehouseForPack(warehouse, protection)
    : await openWarehouse(warehouse, writable, protection);
  try {
    return await action(engine);
  } finally {
    await engine.close();
  }
}
