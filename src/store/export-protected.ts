/** The export of a protected warehouse: written under another name and renamed when complete. */
import { existsSync } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { SpillwayError } from "../errors.ts";
import type { Protection } from "../privacy/stand-ins.ts";
import { writeProtectedCopy } from "./protected-copy.ts";

/** Writes the export and returns its bytes. @throws SpillwayError */
export async function exportProtected(warehouse: string, output: string, protection: Protection): Promise<number> {
  if (!existsSync(warehouse)) {
    throw new SpillwayError("warehouse-missing", `There is no warehouse ${warehouse}`, {
      next: "Run spillway ingest first, or name it with --warehouse",
    });
  }
  if (resolve(warehouse) === resolve(output)) {
    throw new SpillwayError("usage", "the protected copy cannot take the place of the warehouse itself", {
      next: "Name another file with --output.",
    });
  }
  const unfinished = `${output}.exporting`;
  await rm(unfinished, { force: true });
  await writeProtectedCopy(warehouse, unfinished, protection, { tempDirectory: `${output}.spill` });
  await rm(`${output}.spill`, { recursive: true, force: true });
  await rename(unfinished, output);
  return (await stat(output)).size;
}
