/** The settings of a workgroup: where results go, what it enforces, what a query may scan. */
import { callAthena } from "./connection.ts";
import type { AthenaAccess } from "./access.ts";

export interface Workgroup {
  readonly name: string;
  readonly enabled: boolean;
  /** Where results go; null if every statement has to say so itself. */
  readonly output: string | null;
  /** Whether the workgroup's output replaces the one that a statement asks for. */
  readonly enforced: boolean;
  /** Whether Athena keeps the results itself, without an object in a bucket. */
  readonly managedResults: boolean;
  /** Scanned bytes beyond which Athena stops a query. */
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
