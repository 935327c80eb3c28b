/** The known profiles: the warehouse's, else those that ship with Spillway. */
import { existsSync } from "node:fs";
import { openWarehouse } from "../engines/duckdb/engine.ts";
import { plainRows } from "../engines/result.ts";
import type { KnownProfile } from "../policy/resolve-profile.ts";
import { type InferenceProfile, accountOfSource, inferenceProfileSnapshot } from "../reference/inference-profiles.ts";

/** The warehouse's profiles, else those that ship with Spillway. */
export async function knownProfiles(
  warehouse: string,
): Promise<readonly (InferenceProfile & Pick<KnownProfile, "account">)[]> {
  if (!existsSync(warehouse)) return inferenceProfileSnapshot().rows;
  const engine = await openWarehouse(warehouse);
  try {
    const rows = await plainRows(
      await engine.run("from inference_profile order by profile_id, source_region, destination_region"),
    );
    const found = new Map<
      string,
      InferenceProfile & { readonly destinations: string[]; readonly account: string | undefined }
    >();
    for (const row of rows) {
      const [profileId, sourceRegion] = [String(row["profile_id"]), String(row["source_region"])];
      const key = `${profileId} ${sourceRegion}`;
      const entry = found.get(key) ?? {
        profileId,
        sourceRegion,
        destinations: [],
        model: row["model"] === null ? null : String(row["model"]),
        asOf: String(row["as_of"]),
        source: String(row["source"]),
        account: accountOfSource(String(row["source"])),
      };
      entry.destinations.push(String(row["destination_region"]));
      found.set(key, entry);
    }
    return [...found.values()];
  } finally {
    await engine.close();
  }
}
