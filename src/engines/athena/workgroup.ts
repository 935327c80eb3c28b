/** What a workgroup says about itself: where results go, what it enforces, what a query may scan. */
import { callAthena } from "./connection.ts";
import type { AthenaAccess } from "./access.ts";

export interface Workgroup {
  readonly name: string;
  readonly enabled: boolean;
  /** Null: every statement has to name its own. */
  readonly output: string | null;
  /** What a statement asks for itself is ignored: the workgroup's output counts. */
  readonly enforced: boolean;
  /** Athena keeps results itself; there is no object in a bucket. */
  readonly managedResults: boolean;
  /** Athena stops a query beyond it. */
  readonly cutoffBytes: number | null;
  readonly engineVersion: string | null;
}

/** @throws SpillwayError `config` when there is no such workgroup */
export async function describeWorkgroup(access: AthenaAccess, signal?: AbortSignal): Promise<Workgroup> {
  const { WorkGroup: found } = await callAthena(
    access,
    "GetWorkGroup",
    (client, sdk, options) => client.send(new sdk.GetWorkGroupCommand({ WorkGroup: access.workgroup }), options),
    signal,
  );
  const configuration = found?.Configuration;
  return {
    name: found?.Name ?? access.workgroup,
    enabled: found?.State !== "DISABLED",
    output: configuration?.ResultConfiguration?.OutputLocation ?? null,
    enforced: configuration?.EnforceWorkGroupConfiguration ?? false,
    managedResults: configuration?.ManagedQueryResultsConfiguration?.Enabled ?? false,
    cutoffBytes: configuration?.BytesScannedCutoffPerQuery ?? null,
    engineVersion: configuration?.EngineVersion?.EffectiveEngineVersion ?? null,
  };
}
