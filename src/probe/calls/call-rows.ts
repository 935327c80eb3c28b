/** The rows for the calls of a probe: where each ran, by which evidence, and what the profile declares and policies allow. */
import type { Bundle } from "../../policy/bundle.ts";
import type { GivenKeys } from "../../policy/keys.ts";
import { reachOf } from "../../policy/reach.ts";
import type { Found } from "./evidence.ts";
import type { Probe, ProbeCall } from "./probe-file.ts";

export interface CallRow {
  readonly call: number;
  readonly operation: string;
  readonly request_id: string | null;
  readonly started_at: string;
  /** The outcome by the event, or as the caller saw it before the event came; null if stopped on the way. */
  readonly outcome: string | null;
  readonly served_region: string | null;
  readonly region_evidence: string | null;
  readonly denied_region: string | null;
  readonly denied_by: string | null;
  readonly policy_arn: string | null;
  readonly error: string | null;
  /** Whether the Region where it ran or was denied is one of the profile's. */
  readonly declared: boolean | null;
  /** The answer of the bundle's policies for that Region. */
  readonly allowed: string | null;
  readonly outside_boundary: boolean | null;
  readonly event: "found" | "not yet";
}

export interface Beside {
  readonly bundle?: Bundle | undefined;
  readonly given: GivenKeys;
  readonly boundary?: { readonly regions: readonly string[] } | undefined;
  /** The principal whose policies apply, before an event names the caller. */
  readonly principal?: string | undefined;
}

export function callRows(probe: Probe, found: Found, beside: Beside): CallRow[] {
  const decisions = new Map<string, ReadonlyMap<string, string>>();
  const decisionsOf = (principal: string): ReadonlyMap<string, string> => {
    const known = decisions.get(principal) ?? decisionsFor(probe, principal, beside);
    decisions.set(principal, known);
    return known;
  };
  return probe.calls.map((call) => rowOf(probe, call, found, beside, decisionsOf));
}

function rowOf(
  probe: Probe,
  call: ProbeCall,
  found: Found,
  { bundle, boundary, principal }: Beside,
  decisionsOf: (principal: string) => ReadonlyMap<string, string>,
): CallRow {
  const evidence = call.request_id === null ? undefined : found.get(call.request_id.toLowerCase());
  const served = evidence?.servedRegion ?? null;
  const denied = evidence?.deniedRegion ?? call.denied_region;
  const region = served ?? denied;
  const caller = evidence?.principal ?? principal;
  return {
    call: call.number,
    operation: call.operation,
    request_id: call.request_id,
    started_at: call.started_at,
    outcome: evidence?.outcome ?? call.outcome,
    served_region: served,
    region_evidence: evidence?.evidence ?? null,
    denied_region: denied,
    denied_by: evidence?.deniedBy ?? call.denied_by,
    policy_arn: evidence?.deniedPolicyArn ?? call.denied_policy_arn,
    error: evidence?.error ?? call.error,
    declared: region === null ? null : destinationOf(probe, region) !== undefined,
    allowed: bundle === undefined || region === null ? null : decisionFor(probe, region, caller, decisionsOf),
    outside_boundary: boundary === undefined || served === null ? null : !boundary.regions.includes(served),
    event: evidence === undefined ? "not yet" : "found",
  };
}

/** The destination for a Region, which is `*` for a global profile. */
function destinationOf({ destinations }: Probe, region: string): string | undefined {
  if (destinations.includes("*")) return "*";
  return destinations.find((destination) => destination === region);
}

function decisionFor(
  probe: Probe,
  region: string,
  principal: string | undefined,
  decisionsOf: (principal: string) => ReadonlyMap<string, string>,
): string {
  const destination = destinationOf(probe, region);
  if (principal === undefined || destination === undefined) return "not-evaluated";
  return decisionsOf(principal).get(destination) ?? "not-evaluated";
}

export function decisionsFor(probe: Probe, principal: string, { bundle, given }: Beside): ReadonlyMap<string, string> {
  const policies = bundle?.principals[principal];
  if (bundle === undefined || policies === undefined) return new Map();
  const one = { ...bundle, principals: { [principal]: policies } };
  const profile = {
    profileId: probe.profile,
    sourceRegion: probe.source_region,
    destinations: probe.destinations,
    model: probe.model,
    asOf: probe.as_of,
  };
  return new Map(reachOf(one, [profile], given).map(({ destination, decision }) => [destination, decision]));
}
