/** The true numbers of the made-up organization, in the shape of the reports they are compared with. */
import type { DemoOrganization } from "../../src/demo/organization.ts";
import { type DemoInvocation, type Outcome, judgedEntries } from "./truth.ts";

interface RegionTruth {
  readonly source_region: string;
  readonly served_region: string | null;
  readonly invocations: number;
  readonly via_profile: number;
  readonly spilled: number;
}

interface DenialTruth {
  readonly source_region: string;
  readonly denied_region: string;
  readonly denied_by: string;
  readonly invocations: number;
}

export interface DemoSummary {
  readonly objects: {
    readonly listed: number;
    readonly loaded: number;
    readonly skipped: readonly string[];
    readonly quarantined: readonly string[];
  };
  readonly records: {
    readonly read: number;
    readonly bedrock: number;
    readonly newEvents: number;
    readonly duplicates: number;
    readonly other: number;
  };
  /** The account-day on which no file was delivered. */
  readonly gap: { readonly account: string; readonly day: string };
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Served invocations by evidence. */
  readonly evidence: Readonly<Record<string, number>>;
  /** As in `spillover-by-region`: served invocations only. */
  readonly regions: readonly RegionTruth[];
  readonly denials: readonly DenialTruth[];
  /** Every invocation, by key. */
  readonly invocations: readonly DemoInvocation[];
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): readonly (readonly [K, readonly T[]])[] {
  const groups = new Map<string, [K, T[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const text = JSON.stringify(key);
    const group = groups.get(text) ?? [key, []];
    groups.set(text, group);
    group[1].push(item);
  }
  return [...groups.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function isBedrock(record: Readonly<Record<string, unknown>>): boolean {
  return record["eventSource"] === "bedrock.amazonaws.com" || record["eventSource"] === "bedrock-mantle.amazonaws.com";
}

function isViaProfile(invocation: DemoInvocation): boolean {
  return (
    invocation.model_kind === "inference-profile" ||
    invocation.model_kind === "application-profile" ||
    invocation.spilled === true
  );
}

export function summarize(made: DemoOrganization): DemoSummary {
  const invocations = judgedEntries(made.entries).toSorted((a, b) => (a.invocation_key < b.invocation_key ? -1 : 1));
  const records = made.objects.flatMap((object) => object.records);
  const bedrock = records.filter(isBedrock);
  const distinct = new Set(bedrock.map((record) => record["eventID"])).size;
  const served = invocations.filter((invocation) => invocation.outcome === "served");
  const outcome = (wanted: Outcome): number => invocations.filter((invocation) => invocation.outcome === wanted).length;
  const denied = invocations.filter((invocation) => invocation.outcome === "denied");
  return {
    objects: {
      listed: made.keys.length + made.skipped.length + made.quarantined.length,
      loaded: made.keys.length,
      skipped: made.skipped,
      quarantined: made.quarantined,
    },
    records: {
      read: records.length,
      bedrock: bedrock.length,
      newEvents: distinct,
      duplicates: bedrock.length - distinct,
      other: records.length - bedrock.length,
    },
    gap: made.gap,
    outcomes: {
      served: served.length,
      denied: denied.length,
      throttled: outcome("throttled"),
      failed: outcome("failed"),
    },
    evidence: Object.fromEntries(
      groupBy(served, (invocation) => invocation.region_evidence ?? "").map(([evidence, group]) => [
        evidence,
        group.length,
      ]),
    ),
    regions: groupBy(served, (invocation) => [invocation.source_region, invocation.served_region] as const).map(
      ([[source_region, served_region], group]) => ({
        source_region,
        served_region,
        invocations: group.length,
        via_profile: group.filter(isViaProfile).length,
        spilled: group.filter((invocation) => invocation.spilled === true).length,
      }),
    ),
    denials: groupBy(
      denied,
      (invocation) => [invocation.source_region, invocation.denied_region ?? "", invocation.denied_by ?? ""] as const,
    ).map(([[source_region, denied_region, denied_by], group]) => ({
      source_region,
      denied_region,
      denied_by,
      invocations: group.length,
    })),
    invocations,
  };
}
