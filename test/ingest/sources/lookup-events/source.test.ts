/** The event history as a source: all of it, once, within its limits, whatever the service does. */
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type IngestSummary, ingest } from "../../../../src/ingest/ingest.ts";
import type { LookupOptions } from "../../../../src/ingest/sources/lookup-events/options.ts";
import { lookupSource } from "../../../../src/ingest/sources/lookup-events/source.ts";
import { CloudTrailServer, type CloudTrailServerOptions } from "../../../support/cloudtrail-server.ts";
import {
  QuickTime,
  account,
  lookupOptions,
  makeHistory,
  now,
  startHistory,
  useLookupCredentials,
} from "../../../support/event-history.ts";
import { queryRows } from "../../../support/run-cli.ts";
import { temporaryFolder } from "../../../support/temp-folder.ts";

const folder = temporaryFolder();
let server: CloudTrailServer;
let time: QuickTime;
let files = 0;

beforeEach(async () => {
  server = await startHistory();
  useLookupCredentials(server);
  time = new QuickTime();
  serve({});
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

function serve(options: CloudTrailServerOptions): void {
  server.options = { accounts: { AKTEST: account }, now, rateClock: time.clock, ...options };
}

const fresh = (): string => join(folder, `${files++}.duckdb`);

function load(warehouse: string, name: string, more: LookupOptions = {}): Promise<IngestSummary> {
  const options = lookupOptions(server, { timing: time.timing, ...more });
  return ingest({ warehouse, sources: [lookupSource(name, options)], threads: 1, now, signal: more.signal });
}

async function eventIds(warehouse: string): Promise<readonly string[]> {
  return (await queryRows(warehouse, "select event_id from event order by 1")).map((row) => String(row["event_id"]));
}

function idsOf(...places: readonly string[]): readonly string[] {
  return places.flatMap((place) => (server.histories.get(place) ?? []).map(({ id }) => id)).toSorted();
}

describe("reading an event history", () => {
  it("gives every event once, two calls a second, 50 a page, and never asks too fast", async () => {
    server.add(account, "eu-west-1", makeHistory({ region: "eu-west-1", count: 430, everySeconds: 600 }));
    const mantle = "bedrock-mantle.amazonaws.com";
    server.add(account, "eu-west-1", makeHistory({ region: "eu-west-1", count: 3, source: mantle }));
    const warehouse = fresh();
    const { counts } = await load(warehouse, "lookup-events:eu-west-1");
    expect(await eventIds(warehouse)).toEqual(idsOf(`${account}/eu-west-1`));
    expect(counts).toMatchObject({ bedrockEvents: 433, newEvents: 433, duplicates: 0, other: 0, rejected: 0 });
    expect(server.errors("ThrottlingException")).toBe(0);
    expect(server.pages.map(({ ids }) => ids.length).toSorted((a, b) => b - a)).toEqual([
      ...Array.from({ length: 8 }, () => 50),
      30,
      3,
    ]);
    const [served] = await queryRows(
      warehouse,
      "select count(*) as n from invocation where streaming and region_evidence = 'stream-completion'",
    );
    expect(served?.["n"]).toBe(86);
    // Every day of the 90 was looked at, so none is a gap.
    const coverage = await queryRows(warehouse, "select day, gap from coverage where region = 'eu-west-1'");
    expect(coverage.length).toBe(91);
    expect(coverage.filter(({ gap }) => gap !== null)).toEqual([]);
    const blind = "select account_id, region from unobservable where what = 'management-events-only'";
    expect(await queryRows(warehouse, blind)).toEqual([{ account_id: account, region: "eu-west-1" }]);
  });

  it("says of a Region without any event that it was read", async () => {
    const { counts } = await load(fresh(), "lookup-events:eu-west-1");
    expect(counts).toMatchObject({ objectsListed: 92, objectsLoaded: 92, records: 0 });
  });

  it("outlives tokens: a listing that cannot go on starts anew at the last time seen", async () => {
    server.add(account, "eu-west-1", makeHistory({ region: "eu-west-1", count: 400, everySeconds: 7 }));
    serve({ tokenLifeMs: 3000 });
    let slow = 0;
    // Each fifth answer comes when its token is too old by the time it is used.
    const timing = {
      now: time.clock,
      sleep: (ms: number, signal: AbortSignal | undefined): Promise<void> =>
        time.timing.sleep(slow++ % 5 === 4 ? 4000 : ms, signal),
    };
    const warehouse = fresh();
    const { counts } = await load(warehouse, "lookup-events:eu-west-1", { timing });
    expect(await eventIds(warehouse)).toEqual(idsOf(`${account}/eu-west-1`));
    expect(server.errors("InvalidNextTokenException")).toBeGreaterThan(0);
    expect(counts.newEvents).toBe(400);
    expect(counts.duplicates).toBeGreaterThan(0);
  });

  it("is throttled by others and by a failing service without losing a page", async () => {
    server.add(account, "eu-west-1", makeHistory({ region: "eu-west-1", count: 300 }));
    serve({
      fault: (_, count) =>
        count % 3 === 0
          ? { status: 400, type: "ThrottlingException", message: "Rate exceeded" }
          : count % 7 === 0
            ? { status: 500, type: "InternalFailure" }
            : undefined,
    });
    const warehouse = fresh();
    await load(warehouse, "lookup-events:eu-west-1");
    expect(await eventIds(warehouse)).toEqual(idsOf(`${account}/eu-west-1`));
    expect(server.errors("ThrottlingException")).toBeGreaterThan(2);
  });

  it("goes on from the last complete time, and finds what came late", async () => {
    const all = makeHistory({ region: "eu-west-1", count: 200, everySeconds: 1800 });
    const late = all.filter((_, index) => index === 2);
    server.add(
      account,
      "eu-west-1",
      all.filter((_, index) => index >= 2 && index !== 2),
    );
    const warehouse = fresh();
    await load(warehouse, "lookup-events:eu-west-1");
    const before = server.calls.length;
    server.add(account, "eu-west-1", [...late, ...all.slice(0, 2)]);
    const tomorrow = (): Date => new Date(now().getTime() + 3_600_000);
    serve({ now: tomorrow });
    const second = await load(warehouse, "lookup-events:eu-west-1", { now: tomorrow });
    expect(await eventIds(warehouse)).toEqual(idsOf(`${account}/eu-west-1`));
    expect(second.counts).toMatchObject({ newEvents: 3, objectsChanged: 0 });
    const [asked] = server.calls.slice(before);
    expect(asked?.from).toBe(now().getTime() / 1000 - 2 * 3600);
  });

  it("meets the events of a trail: the same eventID is one event", async () => {
    server.add(account, "eu-west-1", makeHistory({ region: "eu-west-1", count: 60 }));
    const warehouse = fresh();
    const records = (server.histories.get(`${account}/eu-west-1`) ?? []).slice(0, 40).map(({ record }) => record);
    const { putFile, gzipLog, logPath } = await import("../../../support/trail-files.ts");
    const { folderSource } = await import("../../../../src/ingest/sources/folder.ts");
    putFile(logPath(join(folder, "trail"), "A"), gzipLog(records.map((text) => JSON.parse(text))));
    await ingest({ warehouse, sources: [folderSource(join(folder, "trail"))], threads: 1, now });
    const { counts } = await load(warehouse, "lookup-events:eu-west-1");
    expect(counts).toMatchObject({ bedrockEvents: 60, newEvents: 20, duplicates: 40, contentConflicts: 0 });
  });

  it("reads several accounts through roles, each with its own two calls a second", async () => {
    const accounts = ["222233334444", "333344445555"];
    for (const owner of accounts) {
      for (const region of ["eu-west-1", "us-east-1"])
        server.add(owner, region, makeHistory({ account: owner, region, count: 120 }));
    }
    const warehouse = fresh();
    await load(warehouse, "lookup-events:eu-west-1,us-east-1", {
      accountRoles: accounts.map((owner) => ({ arn: `arn:aws:iam::${owner}:role/reader`, externalId: "x" })),
    });
    expect(await eventIds(warehouse)).toEqual(idsOf(...server.histories.keys()));
    const ledger = await queryRows(
      warehouse,
      "select account_id, region, sum(bedrock_events) as n from trail_object group by all order by all",
    );
    expect(ledger.map(({ account_id: id, region, n }) => `${String(id)} ${String(region)} ${String(n)}`)).toEqual([
      "222233334444 eu-west-1 120",
      "222233334444 us-east-1 120",
      "333344445555 eu-west-1 120",
      "333344445555 us-east-1 120",
    ]);
  });
});
