/** Owns what `spillway report drift` needs beside its SQL: the policies' answers as a relation, and what counts as a finding. */
import type { Engine, Result } from "../engines/engine.ts";
import { allRows, plainRows, resultOf } from "../engines/result.ts";
import type { Logger } from "../log.ts";
import { reachOf } from "../policy/reach.ts";
import { summariseReach } from "../policy/reach-summary.ts";
import type { KnownProfile } from "../policy/resolve-profile.ts";
import { type Scope, applyScopeWherePossible } from "../sql/scope.ts";
import { keysOf } from "./policy-call.ts";
import { readBundle } from "./policy-bundle.ts";

interface DriftFlags {
  readonly bundle?: string;
  readonly context?: readonly string[];
  readonly absent?: readonly string[];
}

/** Without a boundary nothing is outside of it. */
export async function driftScope(scope: Scope, flags: DriftFlags, engine: Engine, log: Logger): Promise<Scope> {
  if (scope.boundary === undefined)
    log.info("no boundary is named: nothing is marked as outside of it; add --boundary eu");
  if (flags.bundle === undefined) {
    log.info("no bundle is named: what policies allow is not evaluated; add --bundle FILE");
    return scope;
  }
  const bundle = await readBundle(flags.bundle);
  const profiles = await calledProfiles(engine, { ...scope, boundary: undefined });
  const reach = summariseReach(reachOf(bundle, profiles, keysOf(flags)));
  // what nobody may reach is listed where somebody called, and says so there
  return { ...scope, reach: reach.filter(({ allowed }) => allowed !== "none") };
}

/** Every profile that can be called in a Region where somebody calls any: elsewhere nothing could drift. */
async function calledProfiles(engine: Engine, scope: Scope): Promise<KnownProfile[]> {
  const sql = `select profile_id, source_region, destination_region, model, as_of from inference_profile
where source_region in (select source_region from invocation_day where profile_id is not null)
order by 1, 2, 3`;
  const statement = applyScopeWherePossible(sql, scope, engine.qualify);
  const found = new Map<string, { profile: Omit<KnownProfile, "destinations">; destinations: string[] }>();
  for (const row of await plainRows(await engine.run(statement))) {
    const [profileId, sourceRegion] = [String(row["profile_id"]), String(row["source_region"])];
    // an application profile's ARN holds an account that the table does not
    if (!profileId.includes(".")) continue;
    const key = `${profileId} ${sourceRegion}`;
    const model = row["model"] === null ? null : String(row["model"]);
    const entry = found.get(key) ?? {
      profile: { profileId, sourceRegion, model, asOf: String(row["as_of"]) },
      destinations: [],
    };
    entry.destinations.push(String(row["destination_region"]));
    found.set(key, entry);
  }
  return [...found.values()].map(({ profile, destinations }) => ({ ...profile, destinations }));
}

/** All marks but one are: that something is allowed and not used is not a call gone wrong. */
export async function countDrift(result: Result): Promise<{ readonly result: Result; readonly findings: number }> {
  const at = result.columns.findIndex(({ name }) => name === "mark");
  const rows = await allRows(result);
  const findings = rows.filter((row) => row[at] !== null && row[at] !== "allowed and never used").length;
  const cells = result.columns.map((_, column) => rows.map((row) => row[column] ?? null));
  return { result: resultOf(result.columns, cells), findings };
}
