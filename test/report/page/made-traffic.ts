/** Made-up results of peaks, first-seen, freshness and drift, with names of any kind in them. */
import type { MadeReport, MadeRow } from "./made-up.ts";

const micros = (day: number, minute = 0): bigint => BigInt(Date.UTC(2026, 8, 1 + day, 9, minute)) * 1000n;

/** A profile and a direct row for each name; the first has the highest peak. */
export function peaksOf(names: readonly string[], regions: readonly (string | null)[] = ["eu-central-1"]): MadeReport {
  const rows = names.flatMap((name, index): MadeRow[] =>
    [true, false].map((isProfile) => ({
      source_region: regions[index % regions.length] ?? null,
      profile_id: isProfile ? `eu.${name}` : null,
      model: name,
      via_profile: isProfile,
      calls_p50: 3n,
      calls_p95: 40n,
      calls_peak: BigInt(2000 - index * 7 - (isProfile ? 0 : 1500)),
      peak_at: micros(index % 14, 30),
      tokens_p50: 900n,
      tokens_p95: 90_000n,
      tokens_peak: null,
      spill_rate_busy: isProfile ? 0.75 : null,
      spill_rate_rest: isProfile ? 0.25 : null,
      throttled: isProfile ? 2n : 30n,
      throttled_share: isProfile ? 0.002 : 0.1,
      minutes: 400n,
      busy_minutes: 20n,
      calls: isProfile ? 1000n : 300n,
      unknown: 0n,
      without_count: 1n,
      first_via_profile: micros(4),
      throttled_before: isProfile ? 0n : 28n,
      throttled_share_before: isProfile ? null : 0.28,
      throttled_since: isProfile ? 2n : 2n,
      throttled_share_since: isProfile ? 0.002 : 0.01,
    })),
  );
  const counts = ["minutes", "busy_minutes", "calls", "throttled_before", "throttled_since"] as const;
  const shares = ["spill_rate_busy", "spill_rate_rest", "throttled_share_before", "throttled_share_since"] as const;
  return {
    name: "peaks",
    rows,
    types: {
      via_profile: "boolean",
      first_via_profile: "timestamp",
      ...Object.fromEntries(counts.map((name) => [name, "bigint" as const])),
      ...Object.fromEntries(shares.map((name) => [name, "double" as const])),
    },
  };
}

export interface FirstTimes {
  readonly principals: readonly string[];
  /** Null: nothing before the range is loaded. */
  readonly knownSince: string | null;
}

/** Each principal in a new Region, every third of them not sure; an account, and a day of unusual spill. */
export function firstSeenOf({ principals, knownSince }: FirstTimes): MadeReport {
  const missing = knownSince === null ? "what happened before the range" : null;
  const row = (what: string, value: string, more: MadeRow = {}): MadeRow => ({
    what,
    value,
    served_region: "us-east-1",
    account_id: "100000000001",
    first_seen: micros(8),
    invocations: 12n,
    known_since: knownSince,
    usual_low: null,
    usual_high: null,
    missing,
    ...more,
  });
  const doubt = "readable log files of 2 account-Region-days before the range";
  const rows = [
    ...principals.map((name, index) => row("principal", name, index % 3 === 1 ? { missing: missing ?? doubt } : {})),
    ...(principals.length === 0 ? [] : [row("account", "100000000001")]),
    ...(principals.length === 0
      ? []
      : [
          row("spill-day", "2026-09-09", { served_region: null, invocations: 90n, usual_low: 2, usual_high: 31.5 }),
          row("spill-day", "2026-09-11", { served_region: null, invocations: 1n, usual_low: 2, usual_high: 31.5 }),
        ]),
  ];
  return { name: "first-seen", rows, types: { usual_low: "double", usual_high: "double" } };
}

/** The newest log of each account: of the first stale, of the second none, of the others an hour old. */
export function freshnessOf(accounts: readonly string[]): MadeReport {
  return {
    name: "freshness",
    rows: accounts.map((account_id, index) => ({
      account_id,
      region: "eu-central-1",
      newest_log: index === 1 ? null : micros(13),
      newest_event: index === 1 ? null : micros(13),
      age_hours: index === 1 ? null : index === 0 ? 740.5 : 1,
      expected: index === 1,
      gap: index === 0 ? "stale" : index === 1 ? "never delivered" : null,
    })),
    types: { expected: "boolean" },
  };
}

/** A call without a log and two logs without a call, of each account. */
export function logGapsOf(accounts: readonly string[]): MadeReport {
  return {
    name: "invocation-log-gaps",
    rows: accounts.flatMap((account_id, index) =>
      ["call-without-log", "log-without-call"].map((kind, place): MadeRow => ({
        account_id,
        region: account_id.length > 12 ? account_id : "eu-central-1",
        day: `2026-09-${String(1 + (index % 14)).padStart(2, "0")}`,
        kind,
        count: BigInt(1 + place),
      })),
    ),
  };
}

/** Routes of each profile, one of which fits. */
export function driftOf(profiles: readonly string[]): MadeReport {
  const marks = [
    "used and outside the boundary",
    "ran in an unknown Region",
    "denied by service control policy, 7 times, arn:aws:iam::100000000001:role/app; declared and blocked",
    null,
  ];
  return {
    name: "drift",
    rows: profiles.flatMap((profile_id, index) =>
      marks.map((mark, place): MadeRow => ({
        profile_id,
        source_region: "eu-central-1",
        destination_region: [index === 0 ? "us-east-1" : "*", null, "eu-south-2", "eu-north-1"][place] ?? null,
        declared: [true, null, true, true][place] ?? null,
        allowed: "not-evaluated",
        served: place === 2 ? 0n : 9n,
        denied: place === 2 ? 7n : 0n,
        first_seen: micros(1),
        last_seen: micros(9),
        mark,
      })),
    ),
    types: { declared: "boolean", served: "bigint", denied: "bigint" },
  };
}
