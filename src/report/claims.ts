/** The consequences of a range's claims (R11): findings, what was not shown, and the exit code. */
import { exitCodes } from "../errors.ts";
import type { Engine } from "../engines/engine.ts";
import { type PlainRow, plainRows } from "../engines/result.ts";

export interface Claim {
  readonly claim: string;
  readonly outcome: "met" | "not met" | "not shown";
  readonly numbers: string;
  readonly missing: string | null;
}

/** Newest log file of an account and Region: a row of `freshness`. */
export interface Freshness {
  readonly accountId: string;
  readonly region: string;
  /** Epoch milliseconds; null without a file. */
  readonly newestLog: number | null;
  readonly gap: string | null;
  readonly expected: boolean;
}

export interface ClaimFinding {
  readonly kind: "boundary" | "integrity" | "stale";
  readonly count: number;
  readonly message: string;
}

export interface RangeClaims {
  readonly claims: readonly Claim[];
  readonly freshness: readonly Freshness[];
}

/** `statement`: a report by name in its scope. */
export async function claimsOf(
  engine: Engine,
  statement: (report: "claims" | "freshness") => string,
  signal?: AbortSignal,
): Promise<RangeClaims> {
  const rows = async (report: "claims" | "freshness"): Promise<PlainRow[]> =>
    await plainRows(await engine.run(statement(report), signal, report));
  return {
    claims: (await rows("claims")).map(({ claim, outcome, numbers, missing }): Claim => ({
      claim: String(claim),
      outcome: outcome === "met" || outcome === "not met" ? outcome : "not shown",
      numbers: String(numbers),
      missing: typeof missing === "string" ? missing : null,
    })),
    freshness: (await rows("freshness")).map((row) => ({
      accountId: String(row["account_id"]),
      region: String(row["region"]),
      newestLog: typeof row["newest_log"] === "number" ? row["newest_log"] : null,
      gap: typeof row["gap"] === "string" ? row["gap"] : null,
      expected: row["expected"] === true,
    })),
  };
}

/** Accounts and Regions without a fresh log file: of those that are expected, where any is named; else of those that were seen. */
export function silentPairs(freshness: readonly Freshness[]): readonly Freshness[] {
  const areNamed = freshness.some(({ expected }) => expected);
  return freshness.filter(({ gap, expected }) => gap !== null && (expected || !areNamed));
}

/** The findings, by the numbers. */
export function claimFindings({ claims, freshness }: RangeClaims, boundary: string | undefined): ClaimFinding[] {
  const refuted = (claim: string): Claim | undefined =>
    claims.find((each) => each.claim === claim && each.outcome === "not met");
  const outside = refuted("inside-boundary");
  const altered = refuted("unaltered");
  const silent = silentPairs(freshness);
  const names = silent.slice(0, 3).map(({ accountId, region, gap }) => `${accountId} ${region} (${gap ?? ""})`);
  const more = silent.length > 3 ? ` and ${silent.length - 3} more` : "";
  return [
    ...(outside === undefined
      ? []
      : [{ kind: "boundary" as const, count: 1, message: `boundary ${boundary ?? ""} not met: ${outside.numbers}` }]),
    ...(altered === undefined
      ? []
      : [{ kind: "integrity" as const, count: 1, message: `unaltered not met: ${altered.numbers}` }]),
    ...(silent.length === 0
      ? []
      : [{ kind: "stale" as const, count: silent.length, message: `no fresh log files: ${names.join(", ")}${more}` }]),
  ];
}

const unchecked = "a check of the digest chains";

/**
 * Claims that were not shown, in words. The boundary counts where one was named; the digest chains where they were checked at all:
 * else nobody could be strict who does not check them.
 */
export function notShown(claims: readonly Claim[], boundary: string | undefined): string[] {
  return claims
    .filter(({ outcome }) => outcome === "not shown")
    .filter(({ claim }) => claim !== "inside-boundary" || boundary !== undefined)
    .filter(({ claim, missing }) => claim !== "unaltered" || missing?.includes(unchecked) !== true)
    .map(({ claim, missing }) => `${claim} not shown: missing ${missing ?? "a check"}`);
}

/** The exit code; findings that were asked for outweigh what was not shown. */
export function exitCodeOf(failing: number, unshown: number): number {
  if (failing > 0) return exitCodes.findings;
  return unshown > 0 ? exitCodes.incomplete : exitCodes.ok;
}
