/** The check of a pack, folder or zip: all problems, never only the first. */
import type { KeyObject } from "node:crypto";
import { messageOf } from "../errors.ts";
import { bagInfo, checkBag, listFiles } from "./check-bag.ts";
import { type CheckedChain, checkChain } from "./check-chain.ts";
import { checkSummary } from "./check-summary.ts";
import { type PackSummary, readSummary } from "./pack-summary.ts";
import { readListing, recountCoverage } from "./recount-coverage.ts";
import { type PackRange, recountInputs } from "./recount-inputs.ts";
import { type SignatureCheck, checkSignature } from "./check-signature.ts";
import { packSchema } from "./layout.ts";
import { withPack } from "./open-pack.ts";

export interface PackCheck {
  readonly outcome: "valid" | "valid-unsigned" | "invalid" | "unknown-schema";
  readonly problems: readonly string[];
  readonly files: number;
  readonly signature?: SignatureCheck | undefined;
  readonly chain?: CheckedChain | undefined;
  readonly summary?: PackSummary | undefined;
}

/** `trusted`: the key that the pack has to be signed with. @throws SpillwayError `usage` where nothing is there */
export async function verifyPack(pack: string, trusted?: KeyObject): Promise<PackCheck> {
  return await withPack(
    pack,
    (root) => verifyFolder(root, trusted),
    (problems) => ({ outcome: "invalid", problems, files: 0 }),
  );
}

async function verifyFolder(root: string, trusted: KeyObject | undefined): Promise<PackCheck> {
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
  let signature: SignatureCheck | undefined;
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
    signature = await checkSignature(root, files, trusted, summary.claims, tell);
  } catch (error) {
    tell(`cannot be read: ${messageOf(error).replaceAll(/\s+/g, " ")}`);
  }
  const sound = signature === undefined ? "valid-unsigned" : "valid";
  const outcome = problems.length === 0 ? sound : "invalid";
  return { outcome, problems, signature, files: files.size, chain, summary };
}

function rangeOf({ from, to, asOf }: PackSummary): PackRange {
  const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
  return { firstDay: dayOf(Date.parse(from)), lastDay: dayOf(Date.parse(to) - 1), asOf: new Date(asOf) };
}
