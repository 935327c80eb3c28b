/** A run of `spillway profiles list`. */
import { resultOf } from "../engines/result.ts";
import {
  type InferenceProfile,
  flattenInferenceProfiles,
  inferenceProfileSnapshot,
} from "../reference/inference-profiles.ts";
import type { CommandContext } from "./flags/context.ts";
import type { ProfilesFlags } from "./flags/profiles.ts";
import { printResult } from "./print-result.ts";
import { knownProfiles } from "./known-profiles.ts";
import { isWanted, liveProfiles } from "./profiles-live.ts";

const columns = ["profile_id", "source_region", "destination_region", "model", "as_of", "source"] as const;

export async function listProfiles(flags: ProfilesFlags, context: CommandContext): Promise<void> {
  const profiles = (await profilesFrom(flags, context)).filter((profile) => isWanted(profile, flags));
  const rows = flattenInferenceProfiles(profiles);
  const result = resultOf(
    columns.map((name) => ({ name, type: "text" as const })),
    columns.map((name) => rows.map((row) => row[name])),
  );
  await printResult(result, flags, context.effects);
}

async function profilesFrom(flags: ProfilesFlags, context: CommandContext): Promise<readonly InferenceProfile[]> {
  if (flags.from === "snapshot") return inferenceProfileSnapshot().rows;
  return flags.from === "live" ? (await liveProfiles(flags, context)).profiles : await knownProfiles(flags.warehouse);
}
