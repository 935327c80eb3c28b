/** Runs that follow each other over one bucket: what they list, what they find, how they stop and go on. */
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { main } from "../../../../src/cli/main.ts";
import { type IngestOptions, type IngestSummary, ingest } from "../../../../src/ingest/ingest.ts";
import { disconnectAll } from "../../../../src/aws/connection.ts";
import type { S3SourceOptions } from "../../../../src/ingest/sources/s3/options.ts";
import { s3Source } from "../../../../src/ingest/sources/s3/source.ts";
import { isIncomplete } from "../../../../src/ingest/summary.ts";
import { createLogger } from "../../../../src/log.ts";
import { queryRows } from "../../../support/run-cli.ts";
import { type Fault, type S3Request, S3Server } from "../../../support/s3-server.ts";
import { type KeyParts, optionsFor, trailKey, useTestCredentials } from "../../../support/s3-trail.ts";
import { temporaryFolder } from "../../../support/temp-folder.ts";
import { bedrockRecord, gzipLog } from "../../../support/trail-files.ts";
import { contentsOf } from "../../../support/warehouse-contents.ts";

const root = temporaryFolder();
const organization = "o-exampleorgid";
let server: S3Server;
let numbers = 0;

beforeAll(async () => {
  useTestCredentials();
  server = await S3Server.start();
});
afterAll(async () => {
  await disconnectAll();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => {
  server.objects.clear();
  server.requests.length = 0;
  server.options = {};
});

/** Puts a log file with two calls, the second one shared with the file before. */
function put(parts: KeyParts): string {
  const key = trailKey({ organization, ...parts });
  const n = numbers++;
  server.put(key, gzipLog([bedrockRecord(n), bedrockRecord(n + 1)]));
  return key;
}

type LoadOptions = S3SourceOptions & Pick<IngestOptions, "onStopped" | "commitSeconds">;

/** One run on `day`, at noon, as from cron. */
function load(warehouse: string, day: string, more: LoadOptions = {}): Promise<IngestSummary> {
  const now = (): Date => new Date(`${day}T12:00:00Z`);
  server.requests.length = 0;
  const source = s3Source(`s3://${server.bucket}`, optionsFor(server, { now, ...more }));
  return ingest({ ...more, warehouse: join(root, warehouse), threads: 1, now, sources: [source] });
}

const gets = (): readonly string[] =>
  server.requests.filter(({ kind }) => kind === "get").map(({ path }) => path.slice(path.lastIndexOf("_") + 1));
const denied =
  (test: (request: S3Request) => boolean) =>
  (request: S3Request): Fault | undefined =>
    test(request) ? { type: "error", status: 403, code: "AccessDenied", message: "Access Denied" } : undefined;
const findings = (warehouse: string): Promise<readonly Record<string, unknown>[]> =>
  queryRows(join(root, warehouse), "select kind, uri, detail from finding order by all");

describe("an organization of two accounts", { timeout: 300_000 }, () => {
  const accounts = ["111122223333", "444455556666"];

  function putDays(days: readonly string[]): void {
    for (const account of accounts)
      for (const region of ["eu-west-1", "us-east-1"])
        for (const day of days) put({ account, region, day, name: `${account}${region}${day}` });
  }

  it("night after night, with files that come late: exactly the tables of a fresh ingest, nothing fetched twice", async () => {
    putDays(["2026-09-01", "2026-09-12", "2026-09-13"]);
    const first = await load("org.duckdb", "2026-09-13");
    expect(first.counts).toMatchObject({ objectsListed: 12, objectsLoaded: 12 });
    // Late for days that are done: within the 2 days of every run, and within the 30 of one run a day.
    put({ account: "111122223333", day: "2026-09-12", name: "late2" });
    put({ account: "444455556666", day: "2026-08-20", name: "late30", region: "us-east-1" });
    await load("org.duckdb", "2026-09-13");
    expect(gets()).toEqual(["late2.json.gz"]);
    putDays(["2026-09-14"]);
    const next = await load("org.duckdb", "2026-09-14");
    expect(next.counts).toMatchObject({ objectsLoaded: 5 });
    expect(gets()).toContain("late30.json.gz");
    const idle = await load("org.duckdb", "2026-09-14");
    expect([idle.published, gets(), isIncomplete(idle)]).toEqual([false, [], false]);
    await load("fresh.duckdb", "2026-09-14");
    expect(await contentsOf(join(root, "org.duckdb"))).toEqual(await contentsOf(join(root, "fresh.duckdb")));
  });

  it("after a pause of months, no day is left out", async () => {
    put({ day: "2026-03-01", name: "a" });
    await load("pause.duckdb", "2026-03-01");
    for (const day of ["2026-02-10", "2026-04-15", "2026-06-30", "2026-09-14"]) put({ day, name: day });
    await load("pause.duckdb", "2026-09-14");
    expect(gets()).toHaveLength(4);
  });

  it("--from and --to list days anew, and move no history", async () => {
    putDays(["2026-01-05", "2026-01-06", "2026-09-13"]);
    await load("asked.duckdb", "2026-09-13", { from: "2026-09-13" });
    expect(gets()).toHaveLength(4);
    const lines: string[] = [];
    const log = createLogger({ write: (line) => lines.push(String(line)) }, "text", () => new Date());
    await load("asked.duckdb", "2026-09-13", { log });
    expect(lines.join("")).toMatch(/first run: it goes 90 days back.*--from YYYY-MM-DD/);
    await load("asked.duckdb", "2026-09-13", { from: "2026-01-05", to: "2026-01-05" });
    expect(gets()).toHaveLength(4);
    put({ day: "2026-01-05", name: "new" });
    await load("asked.duckdb", "2026-09-13", { from: "2026-01-01", to: "2026-01-31" });
    expect(gets()).toHaveLength(5);
    await load("asked.duckdb", "2026-09-13");
    expect(gets()).toEqual([]);
  });
});

describe("a clock that is wrong", { timeout: 300_000 }, () => {
  it.each([
    ["far ahead", "2028-01-01"],
    ["far behind", "2020-01-01"],
  ])("%s during one run: later runs miss nothing", async (name, wrong) => {
    put({ day: "2026-09-01", name: "a" });
    await load(`${name}.duckdb`, "2026-09-01");
    put({ day: "2026-09-02", name: "b" });
    await load(`${name}.duckdb`, wrong);
    expect(gets()).toEqual(["b.json.gz"]);
    put({ day: "2026-09-20", name: "c" });
    put({ day: "2026-08-10", name: "d" });
    put({ day: "2026-12-01", name: "e" });
    await load(`${name}.duckdb`, "2026-12-24");
    expect(gets().toSorted()).toEqual(["c.json.gz", "d.json.gz", "e.json.gz"]);
  });

  it("that is behind what was delivered is told of", async () => {
    put({ day: "2026-09-14" });
    await load("told.duckdb", "2026-09-14");
    const lines: string[] = [];
    const log = createLogger({ write: (line) => lines.push(String(line)) }, "text", () => new Date());
    await load("told.duckdb", "2026-09-01", { log });
    expect(lines.join("")).toMatch(/the clock says 2026-09-01, but objects delivered on 2026-09-14 were listed/);
  });
});

describe("findings", { timeout: 300_000 }, () => {
  it("one object replaced, one deleted: nothing is forgotten, both are told once and kept", async () => {
    const replaced = put({ day: "2026-09-12", name: "replaced" });
    const gone = put({ day: "2026-09-13", name: "gone" });
    put({ day: "2026-09-13", name: "other" });
    await load("findings.duckdb", "2026-09-13");
    const before = await queryRows(join(root, "findings.duckdb"), "select event_id from event order by all");
    numbers++;
    server.put(replaced, gzipLog([bedrockRecord(numbers++)]));
    server.objects.delete(gone);
    const summary = await load("findings.duckdb", "2026-09-14");
    expect([...summary.findingCounts]).toEqual([
      ["object-replaced", 1],
      ["object-disappeared", 1],
    ]);
    expect(isIncomplete(summary)).toBe(true);
    expect(gets()).toEqual(["replaced.json.gz"]);
    const stored = [
      {
        kind: "object-disappeared",
        uri: `s3://${server.bucket}/${gone}`,
        detail: "delivered on 2026-09-13, gone after 1 days; it should be kept for 365",
      },
      {
        kind: "object-replaced",
        uri: `s3://${server.bucket}/${replaced}`,
        detail: expect.stringMatching(/ETag changed after it was loaded/),
      },
    ];
    expect(await findings("findings.duckdb")).toEqual(stored);
    const after = await queryRows(join(root, "findings.duckdb"), "select event_id from event order by all");
    expect(after).toEqual(expect.arrayContaining([...before]));
    expect(after).toHaveLength(before.length + 1);
    const again = await load("findings.duckdb", "2026-09-15");
    // nothing but that another day was listed to its end
    expect([again.findings, isIncomplete(again), again.published]).toEqual([[], false, true]);
    expect(await findings("findings.duckdb")).toEqual(stored);
  });

  it("an account whose folder is gone altogether is noticed; what a lifecycle may delete is not", async () => {
    put({ day: "2026-09-13", name: "stays" });
    const gone = put({ day: "2026-09-13", account: "444455556666", name: "gone" });
    const old = put({ day: "2026-06-20", name: "old" });
    const unlisted = put({ day: "2026-06-21", name: "unlisted" });
    put({ day: "2026-06-20", name: "kept" });
    await load("lifecycle.duckdb", "2026-09-13", { keptDays: 80 });
    for (const key of [gone, old, unlisted]) server.objects.delete(key);
    await load("lifecycle.duckdb", "2026-09-14", { keptDays: 80 });
    expect((await findings("lifecycle.duckdb")).map(({ uri }) => uri)).toEqual([`s3://${server.bucket}/${gone}`]);
    // Listed whole: younger than what the lifecycle keeps, or not.
    await load("lifecycle.duckdb", "2026-09-14", { from: "2026-06-01", to: "2026-06-20", keptDays: 80 });
    expect(await findings("lifecycle.duckdb")).toHaveLength(1);
    await load("lifecycle.duckdb", "2026-09-14", { from: "2026-06-01", keptDays: 86 });
    expect((await findings("lifecycle.duckdb")).map(({ uri }) => uri)).toEqual([
      `s3://${server.bucket}/${unlisted}`,
      `s3://${server.bucket}/${gone}`,
    ]);
  });

  it("what was not listed is not missed: other accounts, a prefix that is refused", async () => {
    put({ day: "2026-09-13", name: "a" });
    put({ day: "2026-09-13", account: "444455556666", name: "b" });
    await load("unlisted.duckdb", "2026-09-13");
    await load("unlisted.duckdb", "2026-09-13", { accounts: ["111122223333"] });
    server.options = { fault: denied(({ path }) => path.includes("444455556666")) };
    const summary = await load("unlisted.duckdb", "2026-09-14");
    expect(summary.gaps).toEqual([expect.stringMatching(/444455556666.*s3:ListBucket is missing/)]);
    expect(isIncomplete(summary)).toBe(true);
    expect(await findings("unlisted.duckdb")).toEqual([]);
  });
});

describe("a refusal", { timeout: 300_000 }, () => {
  it("of one prefix moves no history: once it is allowed, its days are listed", async () => {
    for (const account of ["111122223333", "444455556666"]) put({ day: "2026-07-01", account, name: `old${account}` });
    server.options = { fault: denied(({ path }) => path.includes("444455556666")) };
    await load("prefix.duckdb", "2026-09-13");
    expect(gets()).toEqual(["old111122223333.json.gz"]);
    server.options = {};
    await load("prefix.duckdb", "2026-09-13");
    expect(gets()).toEqual(["old444455556666.json.gz"]);
    await load("prefix.duckdb", "2026-09-13");
    expect(gets()).toEqual([]);
  });

  it("of every object fails the run and names the permission; allowed, they are read, however old", async () => {
    for (const day of ["2026-07-01", "2026-09-13"]) put({ day, name: day });
    server.options = { fault: denied(({ kind }) => kind === "get") };
    await expect(load("refused.duckdb", "2026-09-13")).rejects.toMatchObject({
      code: "source-denied",
      message: expect.stringMatching(/none of 2 objects could be read.*s3:GetObject is missing/),
    });
    // One of them is allowed: the other one is tried again, far behind the look-back, once a day.
    server.options = { fault: denied(({ kind, path }) => kind === "get" && path.includes("2026/07/01")) };
    await load("refused.duckdb", "2026-09-13");
    await expect(load("refused.duckdb", "2026-09-14")).rejects.toMatchObject({ code: "source-denied" });
    expect(gets()).toEqual(["2026-07-01.json.gz"]);
    server.options = {};
    await load("refused.duckdb", "2026-09-15");
    expect(gets()).toEqual(["2026-07-01.json.gz"]);
    await load("refused.duckdb", "2026-09-16");
    expect(gets()).toEqual([]);
  });
});

describe("a run that cannot go on", { timeout: 300_000 }, () => {
  it.each(["get", "list"] as const)(
    "because credentials expire during a %s publishes what it read, fails, and the next one resumes",
    async (kind) => {
      const warehouse = `expired-${kind}.duckdb`;
      for (let n = 0; n < 200; n++)
        put({ day: "2026-09-13", name: `n${n}`, region: n % 2 ? "us-east-1" : "eu-west-1" });
      let expired = false;
      server.options = {
        pageSize: 30,
        fault: (request) => {
          expired ||= gets().length > 70 && request.kind === kind && !request.query.has("delimiter");
          return expired ? { type: "error", status: 400, code: "ExpiredToken" } : undefined;
        },
      };
      const stopped: IngestSummary[] = [];
      await expect(
        load(warehouse, "2026-09-13", { readers: 1, onStopped: (summary) => stopped.push(summary) }),
      ).rejects.toMatchObject({
        code: "credentials",
        message: expect.stringMatching(/expired.*\d+ objects that were read are committed and published/),
        next: expect.stringMatching(/Log in again/),
      });
      const read = stopped[0]?.counts.objectsLoaded ?? 0;
      expect(read).toBeGreaterThan(32);
      expect(read).toBeLessThan(200);
      const loaded = await queryRows(join(root, warehouse), "select uri from trail_object where status = 'loaded'");
      expect(loaded).toHaveLength(read);
      server.options = {};
      const next = await load(warehouse, "2026-09-13");
      expect(gets()).toHaveLength(200 - read);
      expect(next.counts).toMatchObject({ objectsKnown: read, objectsLoaded: 200 - read });
      await load(`fresh-${warehouse}`, "2026-09-13");
      expect(await contentsOf(join(root, warehouse))).toEqual(await contentsOf(join(root, `fresh-${warehouse}`)));
    },
  );

  it("from its first request on leaves nothing behind", async () => {
    put({ day: "2026-09-13" });
    server.options = {
      fault: ({ kind }) => (kind === "get" ? { type: "error", status: 400, code: "ExpiredToken" } : undefined),
    };
    await expect(load("nothing.duckdb", "2026-09-13")).rejects.toMatchObject({ code: "credentials" });
    await expect(queryRows(join(root, "nothing.duckdb"), "select 1")).rejects.toThrow(/There is no warehouse/);
  });
});

it("a stop while the bucket is still being listed is a stop, not an empty bucket", async () => {
  put({ day: "2026-09-13" });
  put({ day: "2026-09-14" });
  const stop = new AbortController();
  server.options = {
    fault: ({ kind, path }) => {
      if (kind !== "list" || !path.endsWith("/eu-west-1/")) return undefined;
      stop.abort("SIGINT");
      return { type: "wait", ms: 20 };
    },
  };
  const said: string[] = [];
  const stderr = { write: (text: string | Uint8Array) => said.push(String(text)) };
  const now = (): Date => new Date("2026-09-14T12:00:00Z");
  const effects = { stdout: stderr, stderr, env: {}, now, log: createLogger(stderr, "text", now) };
  const flags = ["--s3-endpoint", server.endpoint, "--warehouse", join(root, "stopped-early.duckdb")];
  const code = await main(["ingest", `s3://${server.bucket}`, ...flags], effects, stop.signal);
  expect(stop.signal.aborted).toBe(true);
  expect(code).toBe(1);
  expect(said.join("")).toMatch(/error: stopped before everything was read;.*\nRun the same command again/);
  expect(said.join("")).not.toMatch(/no files at all|none of the|no log file/);
  server.options = {};
  const next = await load("stopped-early.duckdb", "2026-09-14");
  expect(next).toMatchObject({ interrupted: false, counts: { objectsLoaded: 2 } });
});

describe("an account and Region that no run has gone through as far back as a first run", { timeout: 120_000 }, () => {
  const shop = "111122223333";
  const bank = "444455556666";

  it("is listed so far back, though the source is known", async () => {
    put({ account: shop, day: "2026-09-13", name: "shop" });
    await load("late-account.duckdb", "2026-09-13");
    for (const day of ["2026-07-28", "2026-08-07", "2026-09-13"]) put({ account: bank, day, name: `bank${day}` });
    expect((await load("late-account.duckdb", "2026-09-14")).counts.objectsLoaded).toBe(3);
    // once: its days before the look-back are not listed again
    put({ account: bank, day: "2026-07-29", name: "later" });
    expect((await load("late-account.duckdb", "2026-09-15")).counts.objectsLoaded).toBe(0);
  });

  it("is listed so far back again when the first listing was refused, or stopped", async () => {
    const days = ["2026-06-20", "2026-07-28", "2026-09-13"];
    for (const day of days) put({ account: shop, day, name: `shop${day}` });
    const stop = new AbortController();
    // one object is read and committed, and then the signal comes: that listing was not complete
    server.options = {
      fault: ({ kind, path }) => {
        if (kind !== "get" || !path.includes("2026-06-20")) return undefined;
        stop.abort("SIGINT");
        return undefined;
      },
    };
    const first = await load("interrupted.duckdb", "2026-09-14", { signal: stop.signal, readers: 1 });
    server.options = {};
    const rest = await load("interrupted.duckdb", "2026-09-14");
    expect(first.counts.objectsLoaded + rest.counts.objectsLoaded).toBe(days.length);
    const listed = await queryRows(join(root, "interrupted.duckdb"), "select first_day, last_day from listed_range");
    expect(listed).toEqual([{ first_day: "2026-06-16", last_day: "2026-09-13" }]);
  });

  it.each(["list", "get"] as const)(
    "is not taken for listed when a %s fails for good in its first run",
    async (kind) => {
      const days = ["2026-06-20", "2026-07-28", "2026-09-13"];
      for (const day of days) put({ account: shop, day, name: `shop${day}` });
      let requests = 0;
      server.options = {
        fault: (request) => {
          if (request.kind !== kind || (kind === "list" && !request.path.includes("CloudTrail/eu-west-1")))
            return undefined;
          // pages of one key each: the first is read, then the credentials are no longer good
          return ++requests > 1 ? { type: "error", status: 400, code: "ExpiredToken", message: "expired" } : undefined;
        },
        pageSize: 1,
      };
      const warehouse = `failed-${kind}.duckdb`;
      await expect(load(warehouse, "2026-09-14", { readers: 1, commitSeconds: 0 })).rejects.toThrow();
      server.options = {};
      await load(warehouse, "2026-09-14");
      const loaded = await queryRows(
        join(root, warehouse),
        "select day from trail_object where status = 'loaded' order by 1",
      );
      expect(loaded.map(({ day }) => day)).toEqual(days);
    },
  );
});
