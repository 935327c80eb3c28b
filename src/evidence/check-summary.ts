/** The check that a pack's summary follows from its rows: figures, claims and the answer are made again and compared. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type PackFiles, type Tell, bagInfo } from "./check-bag.ts";
import { type FigureName, type Figures, countCalls } from "./count-calls.ts";
import { csvRows } from "./csv-rows.ts";
import { recountClaims } from "./recount-claims.ts";
import type { CoverageDay, Listing } from "./recount-coverage.ts";
import type { Inputs } from "./recount-inputs.ts";
import type { PackSummary } from "./pack-summary.ts";
import { type Claim, answerOf } from "./summary.ts";

/** The sums of the pack's other files. */
export interface PackRows {
  readonly inputs: Inputs;
  readonly listing: Listing;
  readonly coverage: readonly CoverageDay[];
}

export async function checkSummary(
  root: string,
  files: PackFiles,
  summary: PackSummary,
  rows: PackRows,
  tell: Tell,
): Promise<void> {
  const counted = await countCalls(root, summary, tell);
  for (const [name, value] of Object.entries(counted))
    if (summary.figures[name] !== value)
      tell(`summary.json says ${name} = ${summary.figures[name] ?? "nothing"}, and the rows say ${value}`);
  await checkCoverage(root, rows.coverage, tell);
  await checkReports(root, counted, tell);
  const isOpen = Date.parse(summary.asOf) < Date.parse(summary.to);
  checkClaims(summary.claims, recountClaims({ ...rows, counted, isOpen }), tell);
  await checkReported(root, summary, tell);
  const { boundary, from, to } = summary;
  const answer = answerOf(summary.claims, boundary.name, new Date(from), new Date(to));
  if (summary.answer !== answer) tell("the answer in summary.json is not that of its claims");
  if ((await bagInfo(root, files, "External-Description")) !== answer)
    tell("External-Description in bag-info.txt is not the answer of summary.json");
  await checkConfig(root, summary, tell);
}

/** Each claim as the rows have it, with what decides it and what is missing. */
function checkClaims(claims: readonly Claim[], recounted: readonly Claim[], tell: Tell): void {
  for (const { claim, outcome, numbers, missing } of recounted) {
    const said = claims.find((each) => each.claim === claim);
    if (said === undefined) tell(`the claim ${claim} is missing`);
    else if (said.outcome !== outcome)
      tell(`${claim} does not follow from the rows: it says ${said.outcome}, and they say ${outcome} (${numbers})`);
    else if (said.numbers !== numbers) tell(`the numbers of ${claim} are not those of the rows: ${numbers}`);
    else if (said.missing !== missing)
      tell(`what is missing for ${claim} is not what the rows lack: ${missing ?? "nothing"}`);
  }
  if (claims.length !== recounted.length) tell("summary.json has other claims than those that can be checked");
}

async function checkReported(root: string, { claims }: PackSummary, tell: Tell): Promise<void> {
  const reported = new Map<string, string>();
  for await (const { claim = "", outcome, numbers, missing } of csvRows(join(root, "data/reports/claims.csv")))
    reported.set(claim, JSON.stringify([outcome, numbers, missing]));
  for (const { claim, outcome, numbers, missing } of claims)
    if (reported.get(claim) !== JSON.stringify([outcome, numbers, missing ?? ""]))
      tell(`summary.json and reports/claims.csv differ in the claim ${claim}`);
}

async function checkCoverage(root: string, coverage: readonly CoverageDay[], tell: Tell): Promise<void> {
  const due = new Map(
    coverage.map(({ account, region, day, objects, records, bedrock, status, gap }) => [
      `${account} ${region} ${day}`,
      [objects, records, bedrock, status, gap].join(", "),
    ]),
  );
  for await (const row of csvRows(join(root, "data/reports/coverage.csv"))) {
    const key = `${row["account_id"] ?? ""} ${row["region"] ?? ""} ${row["day"] ?? ""}`;
    const said = [row["objects"], row["records"], row["bedrock_events"], row["digest_status"], row["gap"]].join(", ");
    const found = due.get(key);
    if (found !== said) tell(`reports/coverage.csv says ${said} of ${key}, and inputs.csv says ${found ?? "nothing"}`);
    due.delete(key);
  }
  for (const [key, found] of due) tell(`reports/coverage.csv does not have ${key}: ${found}`);
}

/** Checks reports whose rows have to add up to a figure. */
async function checkReports(root: string, counted: Figures, tell: Tell): Promise<void> {
  const sums: readonly (readonly [report: string, figure: FigureName])[] = [
    ["reports/spillover-by-region", "served"],
    ["reports/spillover-by-principal", "invocations"],
    ["reports/boundary-violations", "outside"],
    ["reports/denials", "denied"],
    ["countries", "served"],
  ];
  for (const [report, figure] of sums) {
    let sum = 0;
    for await (const row of csvRows(join(root, `data/${report}.csv`))) sum += Number(row["invocations"]);
    if (sum !== counted[figure])
      tell(`${report}.csv adds up to ${sum} calls, and the rows say ${figure} = ${counted[figure]}`);
  }
}

/** The parameters are said twice: in config.json for whoever runs the statements again. */
async function checkConfig(root: string, summary: PackSummary, tell: Tell): Promise<void> {
  const config = z
    .looseObject({
      boundary: z.unknown(),
      from: z.unknown(),
      to: z.unknown(),
      asOf: z.unknown(),
      personalData: z.unknown(),
    })
    .parse(JSON.parse(await readFile(join(root, "data/config.json"), "utf8")));
  for (const name of ["boundary", "from", "to", "asOf", "personalData"] as const)
    if (JSON.stringify(config[name]) !== JSON.stringify(summary[name]))
      tell(`config.json and summary.json differ in ${name}`);
  const regions: string[] = [];
  for await (const row of csvRows(join(root, "data/reference/boundaries.csv")))
    if (row["name"] === summary.boundary.name) regions.push(row["region"] ?? "");
  if (regions.length > 0 && regions.toSorted().join() !== summary.boundary.regions.toSorted().join())
    tell(`the Regions of the boundary ${summary.boundary.name} are not those of reference/boundaries.csv`);
}
