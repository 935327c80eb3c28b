/** The summary of a pack as it is read back: what the checks compare with the rows. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const claimSchema = z.object({
  claim: z.string(),
  outcome: z.enum(["met", "not met", "not shown"]),
  numbers: z.string(),
  missing: z.string().nullable(),
});
const summarySchema = z.object({
  answer: z.string(),
  boundary: z.object({ name: z.string(), regions: z.array(z.string()) }),
  from: z.string(),
  to: z.string(),
  asOf: z.string(),
  personalData: z.string(),
  claims: z.array(claimSchema),
  figures: z.record(z.string(), z.number()),
  strangeRegions: z.array(z.string()),
});

export type PackSummary = Readonly<z.output<typeof summarySchema>>;

export async function readSummary(root: string): Promise<PackSummary> {
  return summarySchema.parse(JSON.parse(await readFile(join(root, "data/summary.json"), "utf8")));
}
