/** The dated snapshot of inference profiles and their destinations for each source Region (R7). */
import { type DataFile, dataFile } from "./data-file.ts";

/** The destinations of a profile called in one Region; `["*"]` means all commercial Regions. */
export interface InferenceProfile {
  readonly profileId: string;
  readonly sourceRegion: string;
  readonly destinations: readonly string[];
  readonly model: string | null;
  readonly asOf: string;
  readonly source: string;
}

/** One row of the table `inference_profile`. */
export interface InferenceProfileRow {
  readonly profile_id: string;
  readonly source_region: string;
  readonly destination_region: string;
  readonly model: string | null;
  readonly as_of: string;
  readonly source: string;
}

/** The `source` of rows that AWS answered; for an application profile, its account follows. */
export const liveSource = "live";

/** The account in the `source` of an application profile. */
export function accountOfSource(source: string): string | undefined {
  return new RegExp(`^${liveSource} (\\d{12})$`).exec(source)?.[1];
}

const file: () => DataFile<InferenceProfile> = dataFile("inference-profiles.json");

/** Date and origin of the snapshot that ships with Spillway. */
export function inferenceProfileSnapshot(): DataFile<InferenceProfile> {
  return file();
}

/** Flattens profiles, shipped or refreshed, to rows of the table `inference_profile`. */
export function flattenInferenceProfiles(profiles: readonly InferenceProfile[]): InferenceProfileRow[] {
  return profiles.flatMap((profile) =>
    profile.destinations.map((destination) => ({
      profile_id: profile.profileId,
      source_region: profile.sourceRegion,
      destination_region: destination,
      model: profile.model,
      as_of: profile.asOf,
      source: profile.source,
    })),
  );
}

/** The shipped snapshot as rows of the table `inference_profile`. */
export function inferenceProfileRows(): InferenceProfileRow[] {
  return flattenInferenceProfiles(file().rows);
}
