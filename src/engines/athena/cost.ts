/** The bytes that statements on Athena scanned and their estimated cost. */
import type { Statistics } from "./statement.ts";
import { SpillwayError } from "../../errors.ts";
import { bytesText } from "../../bytes-text.ts";

/**
 * US dollars for a terabyte scanned: AWS's list price in us-east-1, eu-west-1 and most other Regions, on
 * aws.amazon.com/athena/pricing as of 2026. Some Regions charge more; provisioned capacity is billed by the hour instead.
 */
export const listPricePerTerabyte = 5;

/** The same page: "rounded up to the nearest megabyte, with a 10 MB minimum per query". */
const megabyte = 1e6;
const leastBytes = 10 * megabyte;
/** A power of ten: if AWS means a power of two, the estimate is too high rather than too low. */
const terabyte = 1e12;

/** US dollars of one statement; a reused result costs nothing. */
export function costOf(scannedBytes: number, pricePerTerabyte: number): number {
  const billed = Math.max(leastBytes, Math.ceil(scannedBytes / megabyte) * megabyte);
  return (billed / terabyte) * pricePerTerabyte;
}

export interface Spending {
  /** Adds a statement that ran, whatever became of it. */
  add(statistics: Statistics): void;
  readonly scannedBytes: number;
  readonly statements: number;
  /** One line for a person; undefined if nothing ran. */
  summary(): string | undefined;
}

export function spending(pricePerTerabyte: number): Spending {
  let scannedBytes = 0;
  let dollars = 0;
  let engineMs = 0;
  let statements = 0;
  let reused = 0;
  return {
    add(statistics) {
      statements++;
      engineMs += statistics.engineMs;
      if (statistics.reused) {
        reused++;
        return;
      }
      scannedBytes += statistics.scannedBytes;
      dollars += costOf(statistics.scannedBytes, pricePerTerabyte);
    },
    get scannedBytes() {
      return scannedBytes;
    },
    get statements() {
      return statements;
    },
    summary() {
      if (statements === 0) return undefined;
      const queries = `${statements} ${statements === 1 ? "query" : "queries"}`;
      const again = reused === 0 ? "" : `, ${reused} of them answered from an earlier result`;
      const rate = `$${pricePerTerabyte} per TB`;
      return `Athena scanned ${bytesText(scannedBytes)} in ${queries}${again}: about ${dollarsText(dollars)} at ${rate}; engine time ${(engineMs / 1000).toFixed(1)} s`;
    },
  };
}

export function dollarsText(dollars: number): string {
  return dollars > 0 && dollars < 0.01 ? `$${dollars.toFixed(5)}` : `$${dollars.toFixed(2)}`;
}

/** The rest of a cap; undefined without a cap. @throws SpillwayError `scan-limit` when nothing is left */
export function restOfCap(
  spent: Pick<Spending, "scannedBytes">,
  maxScanBytes: number | undefined,
  { title, next }: { readonly title: string; readonly next: string },
): number | undefined {
  if (maxScanBytes === undefined) return undefined;
  if (spent.scannedBytes < maxScanBytes) return maxScanBytes - spent.scannedBytes;
  throw new SpillwayError(
    "scan-limit",
    `${title} was not started: ${bytesText(spent.scannedBytes)} are scanned, and --max-scan allows ${bytesText(maxScanBytes)}`,
    { next },
  );
}
