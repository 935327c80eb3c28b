/** The profiles in live answers, and their differences from what was known. */
import { type LiveProfile, listInferenceProfiles } from "../aws/bedrock.ts";
import type { ServiceAccess } from "../aws/access.ts";
import { accountOf } from "../policy/arn.ts";
import type { Unreadable } from "../policy/bundle.ts";
import { liveSource, type InferenceProfile } from "../reference/inference-profiles.ts";
import { takeNotes } from "./notes.ts";

export interface ProfileQuestion {
  readonly access: ServiceAccess;
  readonly sourceRegion: string;
  /** The account whose profiles these are, for the notes. */
  readonly account: string | null;
}

export interface ProfileChange {
  readonly profileId: string;
  readonly sourceRegion: string;
  readonly change: "new" | "changed" | "gone";
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export interface RefreshedProfiles {
  readonly profiles: readonly InferenceProfile[];
  readonly unreadable: readonly Unreadable[];
  /** Regions that answered. */
  readonly regions: readonly string[];
}

export async function fetchProfiles(
  questions: readonly ProfileQuestion[],
  now: Date,
  signal: AbortSignal | undefined,
): Promise<RefreshedProfiles> {
  const notes = takeNotes();
  const profiles = new Map<string, InferenceProfile>();
  const regions = new Set<string>();
  for (const { access, sourceRegion, account } of questions) {
    const what = `inference profiles in ${sourceRegion}${account === null ? "" : ` of ${account}`}`;
    const live = await notes.attempt(what, { ...access, region: sourceRegion }, () =>
      listInferenceProfiles({ ...access, region: sourceRegion }, signal),
    );
    if (live === undefined) continue;
    regions.add(sourceRegion);
    for (const profile of live) {
      const known = knownAs(profile, sourceRegion, now);
      if (known !== undefined) profiles.set(`${known.profileId} ${sourceRegion}`, known);
    }
  }
  return { profiles: [...profiles.values()], unreadable: notes.entries, regions: [...regions] };
}

function knownAs(live: LiveProfile, sourceRegion: string, now: Date): InferenceProfile | undefined {
  const model = modelOf(live.modelArns);
  if (model === null) return undefined;
  return {
    profileId: live.id,
    sourceRegion,
    destinations: destinationsOf(live.modelArns),
    model,
    asOf: now.toISOString().slice(0, 10),
    // another account cannot call an application profile
    source: live.application ? `${liveSource} ${accountOf(live.arn) ?? ""}`.trim() : liveSource,
  };
}

/** The Regions of models; the Region-less model is a global profile's, which may run anywhere. */
export function destinationsOf(modelArns: readonly string[]): readonly string[] {
  const regions = modelArns.map((arn) => arn.split(":")[3] ?? "");
  return regions.includes("") ? ["*"] : [...new Set(regions)].toSorted();
}

export function modelOf([first]: readonly string[]): string | null {
  return first === undefined ? null : first.slice(first.lastIndexOf("/") + 1);
}

/** The changes: a profile not known before is new; one no longer listed in a Region that answered is gone. */
export function compareProfiles(
  before: readonly Pick<InferenceProfile, "profileId" | "sourceRegion" | "destinations">[],
  { profiles, regions }: Pick<RefreshedProfiles, "profiles" | "regions">,
): ProfileChange[] {
  const keyOf = ({ profileId, sourceRegion }: { readonly profileId: string; readonly sourceRegion: string }): string =>
    `${profileId} ${sourceRegion}`;
  const known = new Map(before.map((profile) => [keyOf(profile), profile]));
  const live = new Map(profiles.map((profile) => [keyOf(profile), profile]));
  const changes = profiles.flatMap((profile): ProfileChange[] => {
    const old = known.get(keyOf(profile));
    const { profileId, sourceRegion, destinations } = profile;
    if (old === undefined) return [{ profileId, sourceRegion, change: "new", added: destinations, removed: [] }];
    const added = destinations.filter((region) => !old.destinations.includes(region));
    const removed = old.destinations.filter((region) => !destinations.includes(region));
    return added.length + removed.length === 0 ? [] : [{ profileId, sourceRegion, change: "changed", added, removed }];
  });
  const gone = before
    .filter((profile) => regions.includes(profile.sourceRegion) && !live.has(keyOf(profile)))
    .map(({ profileId, sourceRegion, destinations }): ProfileChange => ({
      profileId,
      sourceRegion,
      change: "gone",
      added: [],
      removed: destinations,
    }));
  return [...changes, ...gone];
}
