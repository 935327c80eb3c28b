/** A run of `spillway policy reach`. */
import { SpillwayError } from "../errors.ts";
import { resultOf } from "../engines/result.ts";
import { matches, patternOf } from "../policy/pattern.ts";
import { type ReachRow, reachOf } from "../policy/reach.ts";
import type { KnownProfile } from "../policy/resolve-profile.ts";
import { inferenceProfileSnapshot } from "../reference/inference-profiles.ts";
import { resolveBoundary } from "../report/boundary.ts";
import type { CommandContext } from "./flags/context.ts";
import { readBundle } from "./policy-bundle.ts";
import { keysOf } from "./policy-call.ts";
import type { ReachFlags } from "./flags/policy.ts";
import { printResult } from "./print-result.ts";

export async function printReach(flags: ReachFlags, { effects }: CommandContext): Promise<void> {
  const bundle = await readBundle(flags.bundle);
  const boundary = flags.boundary === undefined ? undefined : new Set(resolveBoundary(flags.boundary).regions);
  const rows = reachOf(bundle, profilesOf(flags), keysOf(flags)).filter(
    ({ decision }) => flags.all === true || decision === "allowed" || decision === "cannot-tell",
  );
  for (const { what, why } of bundle.unreadable)
    effects.log.warn(`not readable when the bundle was made: ${what}: ${why}`);
  const columns: readonly (readonly [name: string, of: (row: ReachRow) => string | boolean])[] = [
    ["account_id", (row) => row.account],
    ["principal", (row) => row.principal],
    ["profile_id", (row) => row.profile],
    ["source_region", (row) => row.sourceRegion],
    ["destination_region", (row) => row.destination],
    ["decision", (row) => row.decision],
    // a global profile is never within a boundary
    ...(boundary === undefined
      ? []
      : [["outside_boundary", (row: ReachRow) => !boundary.has(row.destination)] as const]),
  ];
  const result = resultOf(
    columns.map(([name]) => ({ name, type: name === "outside_boundary" ? ("boolean" as const) : ("text" as const) })),
    columns.map(([, of]) => rows.map(of)),
  );
  await printResult(result, flags, effects);
}

function profilesOf(flags: ReachFlags): KnownProfile[] {
  const patterns = flags.inferenceProfile?.map(patternOf);
  const rows = inferenceProfileSnapshot().rows.filter(
    ({ profileId, sourceRegion }) =>
      (patterns === undefined || patterns.some((pattern) => matches(pattern, profileId))) &&
      (flags.sourceRegion === undefined || flags.sourceRegion.includes(sourceRegion)),
  );
  if (rows.length > 0) return rows;
  throw new SpillwayError("usage", "no profile is known that fits --inference-profile and --source-region", {
    next: "See what is known: spillway profiles list",
  });
}
