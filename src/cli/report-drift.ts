/** What `spillway report drift` needs beside its SQL: the policies' answers as a relation, and what counts as a finding. */
import type { Engine, Result } from "../engines/engine.ts";
import { allRows, resultOf } from "../engines/result.ts";
import type { Logger } from "../log.ts";
import { reachOf } from "../policy/reach.ts";
import { summariseReach } from "../policy/reach-summary.ts";
import type { Scope } from "../sql/scope.ts";
import { calledProfiles } from "./engine-profiles.ts";
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
  const called = await calledProfiles(engine, { ...scope, boundary: undefined });
  // an application profile's ARN holds an account that the table does not
  const profiles = called.filter(({ profileId }) => profileId.includes("."));
  const reach = summariseReach(reachOf(bundle, profiles, keysOf(flags)));
  // what nobody may reach is listed where somebody called, and says so there
  return { ...scope, reach: reach.filter(({ allowed }) => allowed !== "none") };
}

/** All marks but one are: that something is allowed and not used is not a call gone wrong. */
export async function countDrift(result: Result): Promise<{ readonly result: Result; readonly findings: number }> {
  const at = result.columns.findIndex(({ name }) => name === "mark");
  const rows = await allRows(result);
  const findings = rows.filter((row) => row[at] !== null && row[at] !== "allowed and never used").length;
  const cells = result.columns.map((_, column) => rows.map((row) => row[column] ?? null));
  return { result: resultOf(result.columns, cells), findings };
}
