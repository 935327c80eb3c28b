/** A warehouse of made-up invocations: the demo gives it its tables, the synthetic rows come on top. */
import { join } from "node:path";
import { DuckDBInstance } from "duckdb";
import { writeDemoOrganization } from "../src/demo/organization.ts";
import { builtCli } from "./dataset.ts";
import { measure } from "./measure.ts";
import { type Spread, insertInvocations } from "./synthetic-invocations.ts";

/** Writes the file `warehouse`; the demo's logs go into `scratch`. */
export async function fillWarehouse(warehouse: string, scratch: string, rows: number, spread: Spread): Promise<void> {
  const logs = join(scratch, "logs");
  await writeDemoOrganization(logs);
  await measure([process.execPath, builtCli, "ingest", logs, "--warehouse", warehouse], [0, 4]);
  const instance = await DuckDBInstance.create(warehouse, { threads: "2" });
  const connection = await instance.connect();
  await connection.run(insertInvocations(rows, spread));
  await connection.run("CHECKPOINT");
  connection.closeSync();
  instance.closeSync();
}
