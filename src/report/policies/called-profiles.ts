/** The profiles that an engine knows, in the Regions where any is called. */
import type { Engine } from "../../engines/engine.ts";
import { plainRows } from "../../engines/result.ts";
import type { KnownProfile } from "../../policy/resolve-profile.ts";
import { accountOfSource } from "../../reference/inference-profiles.ts";
import { readQuery } from "../../sql/query-file.ts";
import { type Scope, applyScopeWherePossible } from "../../sql/scope.ts";

export async function calledProfiles(engine: Engine, scope: Scope): Promise<KnownProfile[]> {
  const sql = readQuery("policies/called-profiles.sql");
  const statement = applyScopeWherePossible(sql, scope, engine.qualify);
  const found = new Map<string, { profile: Omit<KnownProfile, "destinations">; destinations: string[] }>();
  for (const row of await plainRows(await engine.run(statement))) {
    const [profileId, sourceRegion] = [String(row["profile_id"]), String(row["source_region"])];
    const key = `${profileId} ${sourceRegion}`;
    const model = row["model"] === null ? null : String(row["model"]);
    const entry = found.get(key) ?? {
      profile: {
        profileId,
        sourceRegion,
        model,
        asOf: String(row["as_of"]),
        account: accountOfSource(String(row["source"])),
      },
      destinations: [],
    };
    entry.destinations.push(String(row["destination_region"]));
    found.set(key, entry);
  }
  return [...found.values()].map(({ profile, destinations }) => ({ ...profile, destinations }));
}
