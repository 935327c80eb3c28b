/** The storing of refreshed profiles in the warehouse, with findings, as a published run of its own. */
import type { InferenceProfileRow } from "../reference/inference-profiles.ts";
import { Warehouse } from "../store/warehouse.ts";

export interface ChangedProfile {
  /** The profile and Region as `ID from REGION`. */
  readonly profile: string;
  readonly detail: string;
}

/** The counts of a run that reads no trail object. */
const nothingRead = {
  objectsListed: 0,
  objectsKnown: 0,
  objectsLoaded: 0,
  objectsSkipped: 0,
  objectsQuarantined: 0,
  records: 0,
  bedrockEvents: 0,
  newEvents: 0,
  duplicates: 0,
  rejected: 0,
  other: 0,
} as const;

export async function storeProfiles(
  file: string,
  rows: readonly InferenceProfileRow[],
  changed: readonly ChangedProfile[],
  now: () => Date,
): Promise<void> {
  await using warehouse = await Warehouse.open(file, { now });
  const run = await warehouse.startRun("profiles refresh", now());
  await warehouse.replaceProfiles(rows);
  const day = now().toISOString().slice(0, 10);
  await warehouse.saveFindings(
    changed.map(({ profile, detail }) => ({ kind: "profile-changed", uri: profile, etag: day, detail })),
  );
  await warehouse.finishRun(run, nothingRead, now());
  await warehouse.publish();
}
