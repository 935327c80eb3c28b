/** The memory of packs made: a file beside the warehouse, by which a pack is made again only when its inputs changed. */
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { SpillwayError, messageOf } from "../errors.ts";
import { writeWhole } from "./run-report.ts";

const packSchema = z.object({
  fingerprint: z.string(),
  revision: z.int(),
  /** Its place; that of the first of several zips. */
  target: z.string(),
  groups: z.record(z.string(), z.string()),
});

export type RememberedPack = z.infer<typeof packSchema>;

const fileOf = (warehouse: string): string => `${warehouse}.evidence.json`;

/** By output and name. @throws SpillwayError `side-file` where the file cannot be read: forgetting would hide a difference */
export function readRemembered(warehouse: string): Map<string, RememberedPack> {
  const file = fileOf(warehouse);
  if (!existsSync(file)) return new Map();
  try {
    return new Map(Object.entries(z.record(z.string(), packSchema).parse(JSON.parse(readFileSync(file, "utf8")))));
  } catch (cause) {
    throw new SpillwayError(
      "side-file",
      `cannot read what was remembered of evidence packs in ${file}: ${messageOf(cause).split("\n")[0] ?? ""}`,
      {
        next: "Put an older copy in its place; or remove it, and every pack is made anew.",
        cause,
      },
    );
  }
}

export async function writeRemembered(warehouse: string, packs: ReadonlyMap<string, RememberedPack>): Promise<void> {
  const sorted = Object.fromEntries([...packs].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  await writeWhole(fileOf(warehouse), `${JSON.stringify(sorted, null, 2)}\n`);
}
