/** A run of `spillway profiles refresh`: live answers into the warehouse, and what changed. */
import { existsSync } from "node:fs";
import { SpillwayError, exitCodes } from "../errors.ts";
import { resultOf } from "../engines/result.ts";
import { type ProfileChange, compareProfiles } from "../probe/refresh-profiles.ts";
import { flattenInferenceProfiles } from "../reference/inference-profiles.ts";
import { storeProfiles } from "../run/store-profiles.ts";
import type { CommandContext } from "./flags/context.ts";
import type { RefreshFlags } from "./flags/profiles.ts";
import { printResult } from "./print-result.ts";
import { knownProfiles } from "./known-profiles.ts";
import { isWanted, liveProfiles } from "./profiles-live.ts";

/** Refreshes the profiles and returns the exit code. */
export async function refreshProfiles(flags: RefreshFlags, context: CommandContext): Promise<number> {
  if (!existsSync(flags.warehouse))
    throw new SpillwayError("warehouse-missing", `there is no warehouse ${flags.warehouse}`, {
      next: "Fill one: spillway ingest SOURCE. Without one: spillway profiles list --from live",
    });
  const { effects } = context;
  const fetched = await liveProfiles(flags, context);
  const before = (await knownProfiles(flags.warehouse)).filter((profile) => isWanted(profile, flags));
  const changes = compareProfiles(before, fetched);
  await storeProfiles(
    flags.warehouse,
    flattenInferenceProfiles(fetched.profiles),
    changes.filter(({ change }) => change === "changed").map(describe),
    effects.now,
  );
  const columns: readonly (readonly [name: string, of: (change: ProfileChange) => string | null])[] = [
    ["profile_id", ({ profileId }) => profileId],
    ["source_region", ({ sourceRegion }) => sourceRegion],
    ["change", ({ change }) => change],
    ["added", ({ added }) => added.join(", ") || null],
    ["removed", ({ removed }) => removed.join(", ") || null],
  ];
  await printResult(
    resultOf(
      columns.map(([name]) => ({ name, type: "text" })),
      columns.map(([, of]) => changes.map(of)),
    ),
    flags,
    effects,
  );
  const changed = changes.filter(({ change }) => change === "changed").length;
  effects.log.info(
    `${fetched.profiles.length} profiles in ${fetched.regions.join(", ") || "no Region"}: ${changed} with other destinations than before`,
  );
  if (changed > 0 && flags.failOn === "drift") return exitCodes.findings;
  return flags.strict === true && fetched.unreadable.length > 0 ? exitCodes.incomplete : exitCodes.ok;
}

function describe({ profileId, sourceRegion, added, removed }: ProfileChange): {
  readonly profile: string;
  readonly detail: string;
} {
  const parts = [
    ...(added.length === 0 ? [] : [`may now run in ${added.join(", ")}`]),
    ...(removed.length === 0 ? [] : [`may no longer run in ${removed.join(", ")}`]),
  ];
  return { profile: `${profileId} from ${sourceRegion}`, detail: parts.join("; ") };
}
