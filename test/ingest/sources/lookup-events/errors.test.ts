/** What can keep an event history from being read: named, with what to do, and without losing what was read before. */
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SpillwayError } from "../../../../src/errors.ts";
import { type IngestSummary, ingest } from "../../../../src/ingest/ingest.ts";
import type { LookupOptions } from "../../../../src/ingest/sources/lookup-events/options.ts";
import { lookupSource } from "../../../../src/ingest/sources/lookup-events/source.ts";
import { createLogger } from "../../../../src/log.ts";
import { CloudTrailServer, type CloudTrailServerOptions } from "../../../support/cloudtrail-server.ts";
import {
  QuickTime,
  account,
  lookupEnvironment,
  lookupOptions,
  makeHistory,
  now,
  startHistory,
  useLookupCredentials,
} from "../../../support/event-history.ts";
import { queryRows, runCli } from "../../../support/run-cli.ts";
import { temporaryFolder } from "../../../support/temp-folder.ts";

const folder = temporaryFolder();
let server: CloudTrailServer;
let time: QuickTime;
let files = 0;
let said: string;

beforeEach(async () => {
  server = await startHistory();
  useLookupCredentials(server);
  time = new QuickTime();
  serve({});
  said = "";
  for (const region of ["eu-west-1", "us-east-1"]) server.add(account, region, makeHistory({ region, count: 200 }));
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

function serve(options: CloudTrailServerOptions): void {
  server.options = { accounts: { AKTEST: account }, now, rateClock: time.clock, ...options };
}

const fresh = (): string => join(folder, `${files++}.duckdb`);

function load(
  warehouse: string,
  name: string,
  more: LookupOptions = {},
  onStopped: (summary: IngestSummary) => void = () => undefined,
): Promise<IngestSummary> {
  const log = createLogger({ write: (text) => (said += String(text)) }, "text", now);
  const options = lookupOptions(server, { timing: time.timing, log, ...more });
  return ingest({ warehouse, sources: [lookupSource(name, options)], threads: 1, now, onStopped });
}

/** A run that publishes what it read and fails: its error and its summary. */
async function partOf(name: string, warehouse: string): Promise<{ failure: SpillwayError; summary: IngestSummary }> {
  let summary: IngestSummary | undefined;
  const failure = await errorOf(load(warehouse, name, {}, (stopped) => (summary = stopped)));
  if (summary === undefined) throw new Error("it published nothing");
  return { failure, summary };
}

async function errorOf(promise: Promise<unknown>): Promise<SpillwayError> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof SpillwayError) return thrown;
    throw thrown;
  }
  throw new Error("it did not fail");
}

const denied = {
  status: 400,
  type: "AccessDeniedException",
  message:
    "User: arn:aws:iam::111122223333:user/reader is not authorized to perform: cloudtrail:LookupEvents because no identity-based policy allows the cloudtrail:LookupEvents action",
};
const expired = {
  status: 400,
  type: "ExpiredTokenException",
  message: "The security token included in the request is expired",
};

describe("nothing can be read", () => {
  it("access denied: names the permission and who lacks it", async () => {
    serve({ fault: () => denied });
    const warehouse = fresh();
    const error = await errorOf(load(warehouse, "lookup-events:eu-west-1"));
    expect(error).toMatchObject({
      code: "source-denied",
      message: expect.stringMatching(/history of eu-west-1: cloudtrail:LookupEvents is missing .*user\/reader/),
    });
    const role = "arn:aws:iam::222233334444:role/reader";
    const asRole = await errorOf(load(warehouse, "lookup-events:eu-west-1", { accountRoles: [{ arn: role }] }));
    expect(asRole.next).toContain(`for the role ${role}`);
  });

  it("no credentials, wrong ones, expired ones, a role that may not be assumed", async () => {
    serve({ accounts: { SOMEBODY: account } });
    expect(await errorOf(load(fresh(), "lookup-events:eu-west-1"))).toMatchObject({
      code: "credentials",
      message: expect.stringMatching(/eu-west-1 does not accept the AWS credentials .*InvalidClientTokenId/),
    });
    serve({ fault: () => expired });
    expect(await errorOf(load(fresh(), "lookup-events:eu-west-1"))).toMatchObject({
      code: "credentials",
      message: expect.stringMatching(/have expired/),
    });
    serve({ roles: [] });
    const accountRoles = [{ arn: "arn:aws:iam::222233334444:role/reader" }];
    expect(await errorOf(load(fresh(), "lookup-events:eu-west-1", { accountRoles }))).toMatchObject({
      code: "credentials",
      message: expect.stringMatching(/not allowed to assume the role .*222233334444/),
      next: expect.stringMatching(/sts:AssumeRole/),
    });
    delete process.env["AWS_ACCESS_KEY_ID"];
    expect(await errorOf(load(fresh(), "lookup-events:eu-west-1"))).toMatchObject({
      code: "credentials",
      message: expect.stringMatching(/no AWS credentials were found/),
    });
  });

  it("nobody there, and throttling that does not end", async () => {
    const gone = await startHistory();
    const { endpoint } = gone;
    await gone[Symbol.asyncDispose]();
    expect(await errorOf(load(fresh(), "lookup-events:eu-west-1", { endpoint }))).toMatchObject({
      code: "source-unreachable",
      message: expect.stringContaining(`cannot reach ${endpoint}`),
    });
    process.env["AWS_ENDPOINT_URL_STS"] = endpoint;
    expect(await errorOf(load(fresh(), "lookup-events:eu-west-1"))).toMatchObject({
      code: "source-unreachable",
      message: expect.stringContaining(`account of these credentials cannot be found out: ${endpoint}`),
      next: expect.stringMatching(/AWS_ACCOUNT_ID/),
    });
    useLookupCredentials(server);
    serve({ fault: () => ({ status: 400, type: "ThrottlingException", message: "Rate exceeded" }) });
    expect(await errorOf(load(fresh(), "lookup-events:eu-west-1"))).toMatchObject({
      code: "source-unreachable",
      message: expect.stringMatching(/keeps throttling/),
    });
  });

  it("a Region that there is not, no Region, days that are none or too old", async () => {
    const message = (name: string, more: LookupOptions = {}): Promise<SpillwayError> =>
      errorOf(Promise.resolve().then(() => load(fresh(), name, more)));
    expect(await message("lookup-events:eu-west-11")).toMatchObject({
      code: "usage",
      message: "there is no Region eu-west-11",
      next: "Did you mean eu-west-1?",
    });
    expect(await message("lookup-events:eu-central1")).toMatchObject({ next: "Did you mean eu-central-1?" });
    expect(await message("lookup-events:")).toMatchObject({
      code: "usage",
      message: expect.stringMatching(/names no Region/),
    });
    expect(await message("lookup-events:eu-west-1", { from: "2026-02-31" })).toMatchObject({ code: "usage" });
    expect(await message("lookup-events:eu-west-1", { from: "2026-09-15" })).toMatchObject({ code: "usage" });
    expect(await message("lookup-events:eu-west-1", { to: "2026-01-01" })).toMatchObject({
      code: "source-empty",
      next: expect.stringMatching(/first day that can be read is 2026-06-16/),
    });
  });
});

describe("a part can be read", () => {
  it("a Region that is not enabled fails the run, after everything else was read and published", async () => {
    serve({ regions: ["eu-west-1"] });
    const warehouse = fresh();
    process.env["AWS_ACCOUNT_ID"] = account;
    const { failure, summary } = await partOf("lookup-events:us-east-1,eu-west-1", warehouse);
    delete process.env["AWS_ACCOUNT_ID"];
    expect(failure).toMatchObject({
      code: "credentials",
      message: expect.stringMatching(/us-east-1 .*the Region is not enabled/),
    });
    expect(said).toMatch(/warning: us-east-1 in 111122223333: us-east-1 does not accept/);
    expect([summary.published, summary.counts.newEvents]).toEqual([true, 200]);
  });

  it("credentials that expire on the way: a clean stop, and the next run goes on from there", async () => {
    serve({ fault: (_, count) => (count > 3 ? expired : undefined) });
    const warehouse = fresh();
    const { failure, summary } = await partOf("lookup-events:eu-west-1", warehouse);
    expect(failure).toMatchObject({ code: "credentials", message: expect.stringMatching(/have expired/) });
    expect([summary.published, summary.counts.newEvents]).toEqual([true, 150]);
    serve({});
    const before = server.calls.length;
    const second = await load(warehouse, "lookup-events:eu-west-1");
    expect(second.counts).toMatchObject({ newEvents: 50, duplicates: 0 });
    expect(server.calls[before]?.token).not.toBeNull();
    expect(said).toContain("going on at ");
  });

  it("credentials that are renewed on the way: nobody notices", async () => {
    let refused = false;
    serve({
      fault: (_, count) => {
        if (count !== 3 || refused) return undefined;
        refused = true;
        return expired;
      },
    });
    const { counts } = await load(fresh(), "lookup-events:eu-west-1");
    expect([refused, counts.newEvents]).toEqual([true, 200]);
  });

  it("a record that is not JSON is quarantined, the others of its page are kept", async () => {
    const [first, second, ...rest] = makeHistory({ region: "ap-south-1", count: 60 });
    if (first === undefined || second === undefined) throw new Error("no history");
    server.add(account, "ap-south-1", [first, { ...second, record: second.record.slice(0, 200) }, ...rest]);
    const warehouse = fresh();
    const { counts } = await load(warehouse, "lookup-events:ap-south-1");
    expect(counts).toMatchObject({ newEvents: 59, objectsQuarantined: 1 });
    const [bad] = await queryRows(warehouse, "select uri, reason from quarantine");
    expect(bad?.["uri"]).toMatch(/^lookup:111122223333\/ap-south-1\/bedrock\.amazonaws\.com\/2026-09-14\/unreadable-/);
    expect(bad?.["reason"]).toMatch(/not JSON/);
  });
});

describe("a clock that is wrong", () => {
  it.each([3 * 3600, -3 * 3600])(
    "%i seconds off: AWS's is used, for signatures and for the window",
    async (seconds) => {
      // Their clock is ours and this much more.
      const theirs = (): Date => new Date(now().getTime() + seconds * 1000);
      serve({ clockMs: seconds * 1000, now: theirs });
      server.histories.clear();
      server.add(account, "eu-west-1", makeHistory({ region: "eu-west-1", count: 120, newest: theirs() }));
      const warehouse = fresh();
      const { counts } = await load(warehouse, "lookup-events:eu-west-1");
      expect(counts.newEvents).toBe(120);
      expect(said).toMatch(
        /the clock of this machine is 180 minutes (?:behind|ahead of) the one of AWS; the latter is used/,
      );
      const [row] = await queryRows(
        warehouse,
        "select value from source_state where name like '%/bedrock.amazonaws.com'",
      );
      const { complete } = JSON.parse(String(row?.["value"])) as { complete: string };
      expect(Math.abs(Date.parse(complete) - theirs().getTime())).toBeLessThan(60_000);
    },
  );
});

describe("the command line", () => {
  it("reads, says what it does, and refuses flags without a source for them", async () => {
    serve({ rateClock: () => performance.now(), now: () => new Date("2026-09-20T06:00:00Z") });
    Object.assign(process.env, lookupEnvironment(server));
    const warehouse = fresh();
    const args = [
      "ingest",
      "lookup-events:eu-west-1",
      "--cloudtrail-endpoint",
      server.endpoint,
      "--warehouse",
      warehouse,
    ];
    const run = await runCli([...args, "--from", "2026-09-10", "--to", "2026-09-14"]);
    expect(run.stderr).toMatch(
      /eu-west-1 in 111122223333: reading back from 2026-09-14T23:59:59Z to 2026-09-10T00:00:00Z/,
    );
    expect(run.stderr).toMatch(/events {4}200 Bedrock = 200 new/);
    expect(run.code).toBe(0);
    serve({ fault: () => denied });
    const failing = await runCli(args);
    expect(failing.code).toBe(1);
    expect(failing.stderr).toMatch(/error: access denied to the event history/);
    const stray = await runCli(["ingest", folder, "--lookup-role", "arn:aws:iam::222233334444:role/reader"]);
    expect([stray.code, stray.stderr]).toEqual([2, expect.stringContaining("--lookup-role")]);
    const bucketFlag = await runCli([...args, "--region", "eu-west-1"]);
    expect([bucketFlag.code, bucketFlag.stderr]).toEqual([2, expect.stringContaining("region")]);
  });
});
