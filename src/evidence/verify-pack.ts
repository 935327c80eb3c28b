/** The check of a pack, folder or zip: all problems, never only the first. */
import { existsSync, statSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SpillwayError, messageOf } from "../errors.ts";
import { bagInfo, checkBag, listFiles } from "./check-bag.ts";
import { type CheckedChain, checkChain } from "./check-chain.ts";
import { type PackSummary, checkSummary, readSummary } from "./check-summary.ts";
import { readListing, recountCoverage } from "./recount-coverage.ts";
import { type PackRange, recountInputs } from "./recount-inputs.ts";
import { packSchema } from "./layout.ts";
import { unpackZip } from "./unpack-zip.ts";

export interface PackCheck {
  readonly outcome: "valid-unsigned" | "invalid" | "unknown-schema";
  readonly problems: readonly string[];
  readonly files: number;
  readonly chain?: CheckedChain | undefined;
  readonly summary?: PackSummary | undefined;
}

/** @throws SpillwayError `usage` where nothing is there */
export async function verifyPack(pack: string): Promise<PackCheck> {
  if (!existsSync(pack)) {
    throw new SpillwayError("usage", `there is no pack ${pack}`, { next: "Name its folder, or its zip." });
  }
  if (statSync(pack).isDirectory()) return await verifyFolder(pack);
  const folder = await mkdtemp(join(tmpdir(), "spillway-"));
  try {
    const problems = await unpackZip(pack, folder);
    const inside = await readdir(folder);
    const only = inside[0];
    if (problems.length > 0 || only === undefined || inside.length > 1) {
      const shape = problems.length > 0 ? problems : ["the zip does not hold one folder"];
      return { outcome: "invalid", problems: shape, files: 0 };
    }
    return await verifyFolder(join(folder, only));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function verifyFolder(root: string): Promise<PackCheck> {
  const problems: string[] = [];
  const tell = (problem: string): void => void problems.push(problem);
  const files = await listFiles(root, tell);
  const schema = await bagInfo(root, files, "Spillway-Schema");
  if (schema !== undefined && schema !== String(packSchema)) {
    const problem = `this pack has the form ${schema}, and this version of Spillway knows ${packSchema}`;
    return { outcome: "unknown-schema", problems: [problem], files: files.size };
  }
  if (schema === undefined) tell("bag-info.txt does not say Spillway-Schema");
  await checkBag(root, files, tell);
  let chain: CheckedChain | undefined;
  let summary: PackSummary | undefined;
  try {
    summary = await readSummary(root);
    const range = rangeOf(summary);
    const inputs = await recountInputs(root, range);
    const listing = await readListing(root);
    const coverage = recountCoverage(inputs, listing, range);
    chain = await checkChain(root, files, coverage, tell);
    await checkSummary(root, files, summary, { inputs, listing, coverage }, tell);
  } catch (error) {
    tell(`cannot be read: ${messageOf(error).replaceAll(/\s+/g, " ")}`);
  }
  const outcome = problems.length === 0 ? "valid-unsigned" : "invalid";
  return { outcome, problems, files: files.size, chain, summary };
}

function rangeOf({ from, to, asOf }: PackSummary): PackRange {
  const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
  return { firstDay: dayOf(Date.parse(from)), lastDay: dayOf(Date.parse(to) - 1), asOf: new Date(asOf) };
}
