/** The coverage of a pack counted again from its log files, what was listed and what is expected: the rules of the report coverage. */
import { join } from "node:path";
import { dayMs } from "../day.ts";
import { csvRows } from "./csv-rows.ts";
import { type Inputs, type PackRange, type SeenDay, placeKey } from "./recount-inputs.ts";

export interface CoverageDay {
  readonly account: string;
  readonly region: string;
  readonly day: string;
  readonly objects: number;
  readonly records: number;
  readonly bedrock: number;
  readonly status: string;
  /** The kind of gap; empty for none. */
  readonly gap: string;
}

export interface Listing {
  /** By account and Region: the days that were listed, first (empty: from the beginning) and last. */
  readonly listed: ReadonlyMap<string, readonly (readonly [first: string, last: string])[]>;
  /** By account and Region: the first day that is expected; empty: always. */
  readonly expected: ReadonlyMap<string, string>;
}

export async function readListing(root: string): Promise<Listing> {
  const listed = new Map<string, (readonly [string, string])[]>();
  const expected = new Map<string, string>();
  for await (const row of csvRows(join(root, "data/reference/listed-ranges.csv"))) {
    const pair = pairOf(row);
    listed.set(pair, [...(listed.get(pair) ?? []), [row["first_day"] ?? "", row["last_day"] ?? ""]]);
  }
  for await (const row of csvRows(join(root, "data/reference/expected-trails.csv"))) {
    const [pair, since = ""] = [pairOf(row), row["since"]];
    const known = expected.get(pair) ?? "";
    expected.set(pair, known === "" || (since !== "" && since < known) ? since : known);
  }
  return { listed, expected };
}

function pairOf({ account_id: account = "", region = "" }: Readonly<Record<string, string>>): string {
  return `${account} ${region}`;
}

const statuses = ["", "invalid", "missing", "unlisted", "unreadable", "undigested", "not checked", "not yet digested"];

export function recountCoverage({ seen, worst }: Inputs, listing: Listing, range: PackRange): CoverageDay[] {
  const { listed, expected } = listing;
  const files = filesByPair(seen.values());
  const listedTo = new Map([...listed].map(([pair, days]) => [pair, maximum(days.map(([, last]) => last))]));
  const anyListed = [...listedTo.values()].some((day) => day !== "");
  const today = range.asOf.toISOString().slice(0, 10);
  const end = range.lastDay > today ? today : range.lastDay;
  const lines = new Map<string, CoverageDay>();
  const add = (account: string, region: string, day: string, due: Due | undefined): void => {
    const key = placeKey(account, region, day);
    const file = seen.get(key);
    const rank = account === "" || region === "" || day === "" ? 6 : (worst.get(key) ?? 6);
    const { objects = 0, records = 0, bedrock = 0 } = file ?? {};
    const status = rank === 8 ? "valid" : (statuses[rank] ?? "");
    lines.set(key, { account, region, day, objects, records, bedrock, status, gap: gapOf(file, due) });
  };
  for (const pair of new Set([...files.keys(), ...listed.keys(), ...expected.keys()])) {
    const [account = "", region = ""] = pair.split(" ");
    const since = expected.get(pair) ?? "";
    const to = listedTo.get(pair) ?? "";
    const [first = "", last = ""] = files.get(pair) ?? [];
    for (const day of daysBetween(since > range.firstDay ? since : range.firstDay, end)) {
      const ranges = listed.get(pair) ?? [];
      const isLooked = ranges.some(([from, upTo]) => upTo !== "" && day <= upTo && (from === "" || day >= from));
      add(account, region, day, {
        isOpen: to !== "" && day > to,
        isSilent: expected.has(pair) && first === "",
        isLooked: isLooked || !anyListed || (first !== "" && day >= first && day <= last),
      });
    }
  }
  for (const [key, { account, region, day }] of seen) if (!lines.has(key)) add(account, region, day, undefined);
  return [...lines.values()];
}

/** Of a day that owes log files. */
interface Due {
  /** Whether it was not listed completely. */
  readonly isOpen: boolean;
  /** Whether it is expected and has no file in the whole range. */
  readonly isSilent: boolean;
  readonly isLooked: boolean;
}

function gapOf(file: SeenDay | undefined, due: Due | undefined): string {
  if (file !== undefined) {
    if (file.pruned > 0) return "pruned";
    if (file.quarantined > 0) return "quarantined";
    if (file.account === "" || file.region === "" || file.day === "") return "no place";
    return due?.isOpen === true ? "not listed" : "";
  }
  if (due?.isSilent === true) return "never delivered";
  return due?.isLooked === true ? "no file" : "not listed";
}

function filesByPair(seen: Iterable<SeenDay>): ReadonlyMap<string, readonly [first: string, last: string]> {
  const files = new Map<string, readonly [string, string]>();
  for (const { account, region, day } of seen) {
    if (account === "" || region === "" || day === "") continue;
    const pair = `${account} ${region}`;
    const [first, last] = files.get(pair) ?? [day, day];
    files.set(pair, [day < first ? day : first, day > last ? day : last]);
  }
  return files;
}

function maximum(texts: readonly string[]): string {
  return texts.reduce((most, text) => (text > most ? text : most), "");
}

function* daysBetween(first: string, last: string): Generator<string> {
  for (let at = Date.parse(first); at <= Date.parse(last); at += dayMs) yield new Date(at).toISOString().slice(0, 10);
}
