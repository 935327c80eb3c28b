/** The accounts and Regions that are asked for their profiles, and what a warehouse knew before. */
import { existsSync } from "node:fs";
import { SpillwayError } from "../errors.ts";
import { openWarehouse } from "../engines/duckdb/engine.ts";
import { plainRows } from "../engines/result.ts";
import { partitionOfRegion } from "../policy/arn.ts";
import { matches, patternOf } from "../policy/pattern.ts";
import { type RefreshedProfiles, fetchProfiles } from "../probe/refresh-profiles.ts";
import type { InferenceProfile } from "../reference/inference-profiles.ts";
import type { CommandContext } from "./flags/context.ts";
import type { ProfilesFlags } from "./flags/profiles.ts";
import { serviceOf } from "./flags/service-access.ts";

export async function liveProfiles(
  flags: ProfilesFlags,
  { effects, signal }: CommandContext,
): Promise<RefreshedProfiles> {
  const access = serviceOf(flags, effects.env);
  if (flags.account !== undefined && flags.accountRole === undefined)
    throw new SpillwayError("usage", "--account needs --account-role: the role to assume in each", {
      next: "For example: --account-role spillway-reader",
    });
  const accounts: readonly (string | null)[] = flags.account ?? [null];
  const regions = flags.sourceRegion ?? (await calledRegions(flags.warehouse));
  if (regions.length === 0)
    throw new SpillwayError("usage", "no source Region is named, and no warehouse tells which are called", {
      next: "Add --source-region eu-central-1.",
    });
  const questions = accounts.flatMap((account) =>
    regions.map((sourceRegion) => ({
      account,
      sourceRegion,
      access:
        account === null
          ? access
          : {
              ...access,
              roles: [
                ...access.roles,
                { arn: `arn:${partitionOfRegion(sourceRegion)}:iam::${account}:role/${flags.accountRole ?? ""}` },
              ],
            },
    })),
  );
  const fetched = await fetchProfiles(questions, effects.now(), signal);
  for (const { what, why } of fetched.unreadable) effects.log.warn(`not readable: ${what}: ${why}`);
  return { ...fetched, profiles: fetched.profiles.filter((profile) => isWanted(profile, flags)) };
}

export function isWanted(
  { profileId, sourceRegion }: Pick<InferenceProfile, "profileId" | "sourceRegion">,
  flags: ProfilesFlags,
): boolean {
  const wanted = flags.inferenceProfile?.some((pattern) => matches(patternOf(pattern), profileId)) ?? true;
  return wanted && (flags.sourceRegion === undefined || flags.sourceRegion.includes(sourceRegion));
}

async function calledRegions(warehouse: string): Promise<string[]> {
  if (!existsSync(warehouse)) return [];
  const engine = await openWarehouse(warehouse);
  try {
    const rows = await plainRows(await engine.run("select distinct source_region from invocation_day order by 1"));
    return rows.map((row) => String(row["source_region"]));
  } finally {
    await engine.close();
  }
}
