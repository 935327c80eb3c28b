/** What follows from a listing: only a complete one moves the history, and nothing is missed that was not looked at. */
import { describe, expect, it } from "vitest";
import type { ListedKeyRange, MissingObject, SourceReport } from "../../../../src/ingest/listing/source.ts";
import { daysOfNewFolder, daysToList, reachesFirstRun } from "../../../../src/ingest/sources/s3/days.ts";
import type { ListingHistory } from "../../../../src/ingest/sources/s3/days.ts";
import type { Discovered } from "../../../../src/ingest/sources/s3/discover.ts";
import { finishListing } from "../../../../src/ingest/sources/s3/finish-listing.ts";
import { historyOf, knownFolders } from "../../../../src/ingest/sources/s3/history.ts";
import type { S3Listing } from "../../../../src/ingest/sources/s3/listed-days.ts";
import type { S3SourceOptions } from "../../../../src/ingest/sources/s3/options.ts";
import { SpillwayError } from "../../../../src/errors.ts";

const now = new Date("2026-09-14T12:00:00Z");
const noHistory = historyOf(new Map());
const root = "logs/AWSLogs/o-1/";
const folder = (account: string, region = "eu-west-1"): string => `${root}${account}/CloudTrail/${region}/`;
const [old, fresh] = [folder("111122223333"), folder("444455556666")];
const found: Discovered = {
  trailFolders: [old, fresh],
  wholePrefixes: [],
  others: [],
  denied: [],
  gaveUpAfter: null,
  tooDeep: null,
};
const history: ListingHistory = {
  lastComplete: { day: "2026-09-13", reached: "2026-09-13" },
  lastDeep: { day: "2026-09-13", reached: "2026-09-13" },
  unreadSince: null,
};

function listing(over: Partial<S3Listing> = {}, asked: { from?: string; to?: string } = {}): S3Listing {
  const days = daysToList(asked, over.history ?? history, now);
  const newDays = daysOfNewFolder(days, now);
  const newest = "2026-09-14";
  return {
    scope: "s",
    days,
    newFolders: [fresh],
    newDays,
    found,
    objects: 9,
    newest,
    denied: [],
    history,
    now,
    ...over,
  };
}

interface Asked {
  readonly report: SourceReport;
  readonly keys: ListedKeyRange | undefined;
}

async function finish(
  listed: S3Listing,
  over: { complete?: boolean; missing?: readonly MissingObject[]; unread?: string; url?: string } = {},
  options: S3SourceOptions = {},
): Promise<Asked> {
  let keys: ListedKeyRange | undefined;
  const report = await finishListing(over.url ?? "s3://bucket/logs/", options, listed, {
    complete: over.complete ?? true,
    runId: "r",
    now,
    missing: (range) => {
      keys = range;
      return Promise.resolve(over.missing ?? []);
    },
    oldestUnread: () => Promise.resolve(over.unread ?? null),
  });
  return { report, keys };
}

const remembered = ({ states = [] }: SourceReport): ReadonlyMap<string, string> =>
  new Map(states.map(({ name, value }) => [name, value]));
const refused = (prefix: string) => ({ prefix, error: new SpillwayError("source-denied", `${prefix} is refused`) });

describe("a listing that did not come to its end", () => {
  it("is remembered by nothing: the next run lists as far back as this one had to", async () => {
    const { report, keys } = await finish(listing({ history: noHistory }), { complete: false });
    expect([report, keys]).toEqual([{ gaps: [] }, undefined]);
  });

  it("moves no history where a prefix was refused, and the refused folder stays new", async () => {
    const { report, keys } = await finish(listing({ denied: [refused(fresh)] }));
    expect(historyOf(remembered(report))).toEqual(history);
    expect([...knownFolders(remembered(report))]).toEqual([]);
    expect([report.gaps, keys?.except]).toEqual([[`${fresh} is refused`], [`s3://bucket/${fresh}`]]);
    expect(report.listed?.days.flatMap(({ pairs }) => pairs)).toEqual([
      { accountId: "111122223333", region: "eu-west-1" },
    ]);
  });
});

describe("a complete listing", () => {
  it("moves the history, waits for what could not be read, and knows its new folders", async () => {
    const { report } = await finish(listing(), { unread: "2026-08-20" });
    const mark = { day: "2026-09-14", reached: "2026-09-14" };
    expect(historyOf(remembered(report))).toEqual({ lastComplete: mark, lastDeep: mark, unreadSince: "2026-08-20" });
    expect([...knownFolders(remembered(report))]).toEqual([fresh]);
  });

  it("keeps apart the marks of a listing that was not deep", async () => {
    const today: ListingHistory = { ...history, lastDeep: { day: "2026-09-14", reached: "2026-09-12" } };
    const { report } = await finish(listing({ history: today }));
    expect(historyOf(remembered(report))).toMatchObject({
      lastComplete: { day: "2026-09-14", reached: "2026-09-14" },
      lastDeep: today.lastDeep,
    });
  });

  it("looked at the days of each folder: new ones as far back as a first run", async () => {
    const { report } = await finish(listing());
    const days = report.listed?.days.map(({ pairs, from }) => [pairs.map(({ accountId }) => accountId), from]);
    expect(days).toEqual([
      [["111122223333"], "2026-08-15"],
      [["444455556666"], "2026-06-16"],
    ]);
  });

  it("of some days does not make a new folder known", async () => {
    const { report } = await finish(listing({}, { from: "2026-01-01", to: "2026-01-31" }));
    expect([...knownFolders(remembered(report))]).toEqual([]);
    const whole = { ...daysToList({}, noHistory, now), from: "2026-06-16" };
    expect([reachesFirstRun(whole, now), reachesFirstRun({ ...whole, from: "2026-06-17" }, now)]).toEqual([
      true,
      false,
    ]);
  });
});

describe("what is missed", () => {
  it("lies below AWSLogs, so that an account whose folder is gone altogether is among it", async () => {
    const { keys } = await finish(listing());
    expect(keys).toEqual({
      roots: [`s3://bucket/${root}`.replace("o-1/", "")],
      whole: [],
      from: "2026-08-15",
      to: null,
      except: [],
      accounts: [],
      regions: [],
    });
  });

  it("but never above the prefix that was asked for", async () => {
    const { keys } = await finish(listing(), { url: `s3://bucket/${old}` }, { accounts: ["111122223333"] });
    expect([keys?.roots, keys?.accounts]).toEqual([[`s3://bucket/${old}`], ["111122223333"]]);
  });

  it("below whole prefixes: everything, or the days that were asked for", async () => {
    const whole = { ...found, trailFolders: [], wholePrefixes: ["copy/"] };
    const all = await finish(listing({ found: whole, newFolders: [] }));
    expect([all.keys?.roots, all.keys?.whole]).toEqual([[], ["s3://bucket/copy/"]]);
    const some = await finish(listing({ found: whole, newFolders: [] }, { from: "2026-09-01", to: "2026-09-02" }));
    expect([some.keys?.roots, some.keys?.whole]).toEqual([["s3://bucket/copy/"], []]);
  });

  it("is a finding while the bucket should still keep it", async () => {
    const object = (day: string): MissingObject => ({ uri: `s3://bucket/${day}`, etag: "1", day });
    const missing = ["2026-09-04", "2026-09-05", "2026-09-13"].map(object);
    const { report } = await finish(listing(), { missing }, { keptDays: 10 });
    expect(report.findings?.map(({ kind, uri, detail }) => [kind, uri, detail])).toEqual([
      [
        "object-disappeared",
        "s3://bucket/2026-09-05",
        "delivered on 2026-09-05, gone after 9 days; it should be kept for 10",
      ],
      [
        "object-disappeared",
        "s3://bucket/2026-09-13",
        "delivered on 2026-09-13, gone after 1 days; it should be kept for 10",
      ],
    ]);
  });
});
