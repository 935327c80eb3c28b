/** A run of `spillway policy reach`. */
import { SpillwayError } from "../errors.ts";
import { resultOf } from "../engines/result.ts";
import { matches, patternOf } from "../policy/pattern.ts";
import { type ReachRow, reachOf } from "../policy/reach.ts";
import { actionOf, isInProject } from "../policy/operations.ts";
import { type KnownProfile, isApplicationId, resolveProfile } from "../policy/resolve-profile.ts";
import { inferenceProfileSnapshot } from "../reference/inference-profiles.ts";
import { resolveBoundary } from "../report/boundary.ts";
import type { Effects } from "../effects.ts";
import { knownProfiles } from "./known-profiles.ts";
import type { CommandContext } from "./flags/context.ts";
import { readBundle } from "../report/policies/bundle-file.ts";
import { keysOf } from "../report/policies/given-keys.ts";
import type { ReachFlags } from "./flags/policy.ts";
import { printResult } from "./print-result.ts";

export async function printReach(flags: ReachFlags, { effects }: CommandContext): Promise<void> {
  const bundle = await readBundle(flags.bundle);
  const boundary = flags.boundary === undefined ? undefined : new Set(resolveBoundary(flags.boundary).regions);
  const operation = {
    action: actionOf(flags.operation) ?? flags.operation,
    project: isInProject(flags.operation) ? "default" : undefined,
  };
  const profiles = await profilesOf(flags);
  warnOfHiddenAccounts(profiles, effects);
  const rows = reachOf(bundle, profiles, keysOf(flags), operation).filter(
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
    // a global profile is never within a Region or a boundary
    ["outside_source", (row) => row.destination !== row.sourceRegion],
    ...(boundary === undefined
      ? []
      : [["outside_boundary", (row: ReachRow) => !boundary.has(row.destination)] as const]),
  ];
  const result = resultOf(
    columns.map(([name]) => ({ name, type: name.startsWith("outside_") ? ("boolean" as const) : ("text" as const) })),
    columns.map(([, of]) => rows.map(of)),
  );
  await printResult(result, flags, effects);
}

/** Warns of application profiles refreshed before their accounts were kept: their ARNs are unknown. */
function warnOfHiddenAccounts(profiles: readonly KnownProfile[], { log }: Effects): void {
  const hidden = profiles.filter(({ profileId, account }) => isApplicationId(profileId) && account === undefined);
  if (hidden.length === 0) return;
  const names = [...new Set(hidden.map(({ profileId }) => profileId))].join(", ");
  log.warn(`not evaluated, as the warehouse does not know their account: ${names}: spillway profiles refresh`);
}

/** The known profiles that fit, then those named by an ARN. */
async function profilesOf(flags: ReachFlags): Promise<KnownProfile[]> {
  const known: readonly KnownProfile[] =
    flags.warehouse === undefined ? inferenceProfileSnapshot().rows : await knownProfiles(flags.warehouse);
  const wanted = flags.inferenceProfile ?? [];
  const arns = wanted.filter((name) => name.startsWith("arn:"));
  const patterns = wanted.filter((name) => !name.startsWith("arn:")).map(patternOf);
  const rows = known.filter(
    ({ profileId, sourceRegion }) =>
      (wanted.length === 0 || patterns.some((pattern) => matches(pattern, profileId))) &&
      (flags.sourceRegion === undefined || flags.sourceRegion.includes(sourceRegion)),
  );
  const named = arns.map((arn) => applicationProfile(arn, flags, known));
  if (rows.length + named.length > 0) return [...rows, ...named];
  throw new SpillwayError("usage", "no profile is known that fits --inference-profile and --source-region", {
    next: "See what is known: spillway profiles list",
  });
}

function applicationProfile(arn: string, flags: ReachFlags, known: readonly KnownProfile[]): KnownProfile {
  const found = /^arn:[^:]+:bedrock:([^:]+):(\d{12}):application-inference-profile\/([^/.]+)$/.exec(arn);
  const [, sourceRegion, account, profileId] = found ?? [];
  if (sourceRegion === undefined || profileId === undefined) {
    throw new SpillwayError("usage", `${arn} is not the ARN of an application profile`, {
      next: "Name a system-defined profile by its id, for example eu.amazon.nova-pro-v1:0.",
    });
  }
  const { model, destination } = flags;
  const resolved = resolveProfile({ profile: arn, sourceRegion, model, destinations: destination }, known);
  if ("problem" in resolved) throw new SpillwayError("usage", resolved.problem, { next: resolved.next });
  const { destinations, asOf } = resolved;
  return { profileId, sourceRegion, account, model: resolved.model, destinations, asOf: asOf ?? "" };
}
