/** The check that a pack's summary follows from its rows: the figures are counted again, and the claims have to fit them. */
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Tell } from "./check-bag.ts";
import type { CheckedChain } from "./check-chain.ts";
import type { Claim } from "./summary.ts";
import { csvRows } from "./csv-rows.ts";

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
  claims: z.array(claimSchema),
  figures: z.record(z.string(), z.number()),
});

export interface PackSummary {
  readonly answer: string;
  readonly boundary: { readonly name: string; readonly regions: readonly string[] };
  readonly from: string;
  readonly to: string;
  readonly claims: readonly Claim[];
  readonly figures: Readonly<Record<string, number>>;
}

type Figures = Record<FigureName, number>;
type FigureName =
  | "invocations"
  | "served"
  | "outside"
  | "unknown_region"
  | "spilled"
  | "denied"
  | "throttled"
  | "failed";

const claimNames = ["inside-boundary", "complete", "unaltered", "regions-known"] as const;

export async function checkSummary(root: string, chain: CheckedChain, tell: Tell): Promise<PackSummary> {
  const summary = summarySchema.parse(JSON.parse(await readFile(join(root, "data/summary.json"), "utf8")));
  const figures = await countRows(root, summary, tell);
  for (const [name, value] of Object.entries(figures))
    if (summary.figures[name] !== value)
      tell(`summary.json says ${name} = ${summary.figures[name] ?? "nothing"}, and the rows say ${value}`);
  await checkReported(root, summary, tell);
  checkOutcomes(summary, figures, chain, tell);
  return summary;
}

async function countRows(root: string, { boundary, from, to }: PackSummary, tell: Tell): Promise<Figures> {
  const regions = new Set(boundary.regions);
  const counted: Figures = {
    invocations: 0,
    served: 0,
    outside: 0,
    unknown_region: 0,
    spilled: 0,
    denied: 0,
    throttled: 0,
    failed: 0,
  };
  const isOutcome = (text: string): text is "served" | "denied" | "throttled" | "failed" =>
    ["served", "denied", "throttled", "failed"].includes(text);
  const keys = new Set<string>();
  const outside = new Set<string>();
  for (const name of (await readdir(join(root, "data/rows"))).filter((each) => /^invocations-.*\.csv$/.test(each))) {
    for await (const row of csvRows(join(root, "data/rows", name))) {
      const { invocation_key: key = "", event_time: time = "", outcome = "", served_region: region = "" } = row;
      counted.invocations++;
      keys.add(key);
      const at = Date.parse(time);
      if (!(at >= Date.parse(from) && at < Date.parse(to))) tell(`a call out of the range: ${key}`);
      if (isOutcome(outcome)) counted[outcome]++;
      if (outcome !== "served") continue;
      if (row["spilled"] === "true") counted.spilled++;
      if (region === "") counted.unknown_region++;
      else if (!regions.has(region)) {
        counted.outside++;
        outside.add(key);
      }
    }
  }
  if (keys.size !== counted.invocations) tell("rows/invocations: a call is there twice");
  const told = new Set<string>();
  for await (const row of csvRows(join(root, "data/rows/outside-boundary.csv"))) told.add(row["invocation_key"] ?? "");
  if (told.size !== outside.size || [...told].some((key) => !outside.has(key)))
    tell("rows/outside-boundary.csv does not hold the calls outside the boundary");
  return counted;
}

async function checkReported(root: string, { claims }: PackSummary, tell: Tell): Promise<void> {
  const reported = new Map<string, string>();
  for await (const { claim = "", outcome, numbers, missing } of csvRows(join(root, "data/reports/claims.csv")))
    reported.set(claim, JSON.stringify([outcome, numbers, missing]));
  for (const name of claimNames) {
    const claim = claims.find((each) => each.claim === name);
    if (claim === undefined) {
      tell(`the claim ${name} is missing`);
      continue;
    }
    const { outcome, numbers, missing } = claim;
    if (reported.get(name) !== JSON.stringify([outcome, numbers, missing ?? ""]))
      tell(`summary.json and reports/claims.csv differ in the claim ${name}`);
    if (outcome === "met" && missing !== null) tell(`the claim ${name} is met, and something is missing`);
  }
}

function checkOutcomes({ claims }: PackSummary, figures: Figures, chain: CheckedChain, tell: Tell): void {
  const outcome = new Map(claims.map((each) => [each.claim, each.outcome]));
  const isMet = (name: (typeof claimNames)[number]): boolean => outcome.get(name) === "met";
  if ((outcome.get("inside-boundary") === "not met") !== figures.outside > 0)
    tell(`inside-boundary does not follow from the rows: ${figures.outside} calls outside`);
  if (isMet("inside-boundary") && !isMet("complete")) tell("inside-boundary is met although complete is not");
  if (figures.unknown_region > 0 && (isMet("inside-boundary") || isMet("regions-known")))
    tell(`a claim is met although ${figures.unknown_region} calls have an unknown Region`);
  if (chain.logs === 0 && claimNames.some(isMet)) tell("a claim is met without a log file");
  if (!isMet("unaltered")) return;
  if (chain.validLogs < chain.logs) tell("unaltered is met, and inputs.csv has log files that are not valid");
  if (chain.valid === 0) tell("unaltered is met without a valid digest");
}
