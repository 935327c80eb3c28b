/** The oracle of tokens-by-region, peaks and first-seen: the same answers by plain loops over the calls. */

export interface Call {
  readonly time: number;
  readonly source: string;
  readonly served: string | null;
  readonly outcome: "served" | "throttled" | "failed" | "denied";
  readonly account: string | null;
  readonly principal: string | null;
  readonly kind: string | null;
  readonly profile: string | null;
  readonly model: string | null;
  /** Input, output, cache read, cache write. */
  readonly tokens: readonly [number | null, number | null, number | null, number | null];
}

/** A log file of an account, Region and day. */
export interface LogFile {
  readonly account: string;
  readonly region: string;
  readonly day: string;
  readonly status: string;
}

export interface Asked {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly asOf: number;
}

type Row = Record<string, string | number | boolean | null>;

const dayMs = 86_400_000;
export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

function grouped<T>(items: readonly T[], key: (item: T) => unknown): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = JSON.stringify(key(item));
    groups.set(name, [...(groups.get(name) ?? []), item]);
  }
  return [...groups.values()];
}

/** Null where nobody tells. */
function sumOf(values: readonly (number | null)[]): number | null {
  const told = values.filter((value) => value !== null);
  return told.length === 0 ? null : told.reduce((sum, value) => sum + value, 0);
}

/** Nearest rank. */
function percentile(values: readonly number[], percent: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? null;
}

const ratio = (part: number, all: number): number | null => (all === 0 ? null : part / all);
const has = (call: Call): boolean => call.tokens.some((count) => count !== null);
const spilled = (call: Call): boolean =>
  call.outcome === "served" && call.served !== null && call.served !== call.source;
const throughProfile = (call: Call): boolean =>
  call.kind === "inference-profile" || call.kind === "application-profile" || spilled(call);
const within = ({ from = -Infinity, to = Infinity }: Asked, { time }: Call): boolean => time >= from && time < to;

export function tokensByRegion(calls: readonly Call[], countries: ReadonlyMap<string, string>): Row[] {
  return grouped(
    calls.filter(({ outcome }) => outcome === "served"),
    ({ served, model, principal }) => [served, model, principal],
  ).map((group): Row => {
    const [{ served, model, principal } = calls[0]!] = group; // a group has a member
    const sum = (index: 0 | 1 | 2 | 3): number | null => sumOf(group.map(({ tokens }) => tokens[index]));
    return {
      served_region: served,
      country: countries.get(served ?? "") ?? null,
      model,
      principal,
      invocations: group.length,
      input_tokens: sum(0),
      output_tokens: sum(1),
      cache_read_tokens: sum(2),
      cache_write_tokens: sum(3),
      without_count: group.filter((call) => !has(call)).length,
    };
  });
}

export function peaks(all: readonly Call[], asked: Asked): Row[] {
  const { to = Infinity } = asked;
  const calls = all.filter((call) => within(asked, call));
  return grouped(calls, (call) => [call.source, call.profile, call.model, throughProfile(call)]).map((group): Row => {
    const [one = all[0]!] = group; // a group has a member
    const minutes = grouped(group, ({ time }) => Math.floor(time / 60_000));
    const sizes = minutes.map(({ length }) => length);
    const tokens = minutes
      .map((minute) => sumOf(minute.flatMap(({ tokens: [input, output] }) => [input, output])))
      .filter((sum) => sum !== null);
    const peak = Math.max(...sizes);
    const last = sizes.toSorted((a, b) => b - a)[Math.ceil(sizes.length / 20) - 1] ?? 0;
    const isBusy = ({ length }: readonly Call[]): boolean => length >= last && length > Math.min(...sizes);
    const rate = (part: readonly Call[][]): number | null => {
      const known = part
        .flat()
        .filter((call) => call.outcome === "served" && throughProfile(call) && call.served !== null);
      return ratio(known.filter(spilled).length, known.length);
    };
    const isThrottled = ({ outcome }: Call): boolean => outcome === "throttled";
    const firsts = all
      .filter((call) => call.time < to && call.outcome === "served" && throughProfile(call))
      .filter((call) => one.model !== null && call.model === one.model && call.source === one.source)
      .map(({ time }) => time);
    const first = firsts.length === 0 ? null : Math.min(...firsts);
    const before = group.filter(({ time }) => first === null || time < first);
    const since = group.filter(({ time }) => first !== null && time >= first);
    return {
      source_region: one.source,
      profile_id: one.profile,
      model: one.model,
      via_profile: throughProfile(one),
      calls_p50: percentile(sizes, 50),
      calls_p95: percentile(sizes, 95),
      calls_peak: peak,
      peak_at: Math.min(
        ...minutes
          .filter(({ length }) => length === peak)
          .map(([call]) => Math.floor((call?.time ?? 0) / 60_000) * 60_000),
      ),
      tokens_p50: percentile(tokens, 50),
      tokens_p95: percentile(tokens, 95),
      tokens_peak: tokens.length === 0 ? null : Math.max(...tokens),
      spill_rate_busy: rate(minutes.filter(isBusy)),
      spill_rate_rest: rate(minutes.filter((minute) => !isBusy(minute))),
      throttled: group.filter(isThrottled).length,
      throttled_share: group.filter(isThrottled).length / group.length,
      minutes: minutes.length,
      busy_minutes: minutes.filter(isBusy).length,
      calls: group.length,
      unknown: group.filter((call) => call.outcome === "served" && throughProfile(call) && call.served === null).length,
      without_count: group.filter((call) => call.outcome === "served" && !has(call)).length,
      first_via_profile: first,
      throttled_before: before.filter(isThrottled).length,
      throttled_share_before: ratio(before.filter(isThrottled).length, before.length),
      throttled_since: since.filter(isThrottled).length,
      throttled_share_since: ratio(since.filter(isThrottled).length, since.length),
    };
  });
}

const kinds = ["principal", "profile", "model", "account"] as const;
const isRead = ({ status }: LogFile): boolean => status === "loaded";

export function firstSeen(all: readonly Call[], files: readonly LogFile[], asked: Asked): Row[] {
  const { from, to = Infinity } = asked;
  const served = all.filter((call) => call.outcome === "served" && call.time < to);
  const before = from === undefined ? [] : served.filter(({ time }) => time < from);
  const inside = served.filter((call) => within(asked, call));
  const counted = files.filter(({ status }) => status !== "skipped" && status !== "pruned");
  const firstDay = from === undefined ? "" : dayOf(from);
  const historic = counted.filter(({ day }) => day < firstDay);
  const readDays = (account: string, region: string): string[] => {
    const here = historic.filter((file) => file.account === account && file.region === region);
    return [...new Set(here.map(({ day }) => day))].filter((day) =>
      here.filter((file) => file.day === day).every(isRead),
    );
  };
  const places = [...new Set(historic.map(({ account, region }) => `${account} ${region}`))].map((place) => {
    const [account = "", region = ""] = place.split(" ");
    return { account, days: readDays(account, region).toSorted() };
  });
  const logged = places.filter(({ days }) => days.length > 0);
  const holes = (accounts: readonly (string | null)[]): number =>
    logged
      .filter(({ account }) => accounts.includes(account))
      .map(({ days }) => (Date.parse(firstDay) - Date.parse(days[0] ?? "")) / dayMs - days.length)
      .reduce((sum, count) => sum + count, 0);
  const knownSince =
    [...logged.flatMap(({ days }) => days), ...before.map(({ time }) => dayOf(time))].toSorted()[0] ?? null;
  const rows: Row[] = [];
  for (const what of kinds) {
    const sightings = inside.filter((call) => call[what] !== null && call.served !== null);
    for (const group of grouped(sightings, (call) => [call[what], call.served])) {
      const value = group[0]?.[what] ?? null;
      const region = group[0]?.served ?? null;
      const earlier = before.filter((call) => call[what] === value);
      if (earlier.some((call) => call.served === region)) continue;
      const [first = group[0]!] = group.toSorted(
        // a group has a member
        (a, b) => a.time - b.time || (a.account ?? "~").localeCompare(b.account ?? "~"),
      );
      const accounts =
        what === "principal" || what === "account"
          ? [...new Set(served.filter((call) => call[what] === value).map(({ account }) => account))]
          : [...new Set(logged.map(({ account }) => account))];
      const unknown = earlier.filter((call) => call.served === null).length;
      const silent = accounts.filter((account) => !logged.some((place) => place.account === account));
      const missing =
        knownSince === null
          ? ["what happened before the range"]
          : [
              ...(silent.length > 0 ? ["log files of its account before the range"] : []),
              ...(holes(accounts) > 0
                ? [
                    `readable log files of ${holes(accounts)} account-Region-day${holes(accounts) === 1 ? "" : "s"} before the range`,
                  ]
                : []),
              ...(unknown > 0 ? [`the served Region of ${unknown} of its calls before the range`] : []),
            ];
      rows.push({
        what,
        value,
        served_region: region,
        account_id: first.account,
        first_seen: first.time,
        invocations: group.length,
        known_since: knownSince,
        usual_low: null,
        usual_high: null,
        missing: missing.length === 0 ? null : missing.join("; "),
      });
    }
  }
  return [...rows, ...spillDays(served, counted, asked, knownSince)];
}

function spillDays(served: readonly Call[], files: readonly LogFile[], asked: Asked, knownSince: string | null): Row[] {
  const { from, to = Infinity, asOf } = asked;
  const accounts = new Set([...served.map(({ account }) => account), ...files.map(({ account }) => account)]);
  const rows: Row[] = [];
  for (const account of accounts) {
    if (account === null) continue;
    const calls = served.filter((call) => call.account === account);
    const logs = files.filter((file) => file.account === account && (to === Infinity || Date.parse(file.day) < to));
    const count = (day: string): number => calls.filter((call) => dayOf(call.time) === day && spilled(call)).length;
    const isWhole = (day: string): boolean => logs.filter((file) => file.day === day).every(isRead);
    const days = [...new Set([...calls.map(({ time }) => dayOf(time)), ...logs.map(({ day }) => day)])];
    for (const day of days) {
      const start = Date.parse(day);
      const end = start + dayMs;
      if (start < (from ?? -Infinity) || end > to || end > asOf) continue;
      const past = days.filter((other) => Date.parse(other) < start && Date.parse(other) >= start - 28 * dayMs);
      const sample = past.filter(isWhole).map(count);
      if (sample.length < 14) continue;
      const [q1, q3] = [percentile(sample, 25) ?? 0, percentile(sample, 75) ?? 0];
      const width = Math.max(q3 - q1, 1);
      const [low, high] = [Math.max(q1 - 1.5 * width, 0), q3 + 1.5 * width];
      const here = count(day);
      if (here <= high && (here >= low || !isWhole(day))) continue;
      const unknown = calls.filter((call) => dayOf(call.time) === day && call.served === null).length;
      const missing = [
        ...(sample.length < 28 ? [`readable log files of ${28 - sample.length} of the 28 days before it`] : []),
        ...(isWhole(day) ? [] : ["a log file of the day that cannot be read"]),
        ...(unknown > 0 ? [`the served Region of ${unknown} of its calls`] : []),
      ];
      rows.push({
        what: "spill-day",
        value: day,
        served_region: null,
        account_id: account,
        first_seen: start,
        invocations: here,
        known_since: knownSince,
        usual_low: low,
        usual_high: high,
        missing: missing.length === 0 ? null : missing.join("; "),
      });
    }
  }
  return rows;
}
