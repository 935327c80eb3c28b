/** The proof of the `athena:` source: days through UNLOAD into the warehouse, once each, with what cannot be read said. */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { writeDemoOrganization } from "../../../../src/demo/organization.ts";
import { disconnectAll } from "../../../../src/aws/connection.ts";
import { query } from "../../../engines/athena/raw-records.ts";
import { tabled } from "../../../engines/athena/tabled.ts";
import { keysOf, readLogs } from "../../../demo/read-trail.ts";
import { type AthenaEndpoint, startEndpoint } from "../../../support/athena-endpoint.ts";
import type { AthenaServerOptions } from "../../../support/athena-server.ts";
import { type DeliveredRecord, type HiveTable, createHiveTable, fillHiveTable } from "../../../support/hive-table.ts";
import { type CliRun, queryRows, runCli } from "../../../support/run-cli.ts";
import { useTestCredentials } from "../../../support/s3-trail.ts";
import { temporaryFolder } from "../../../support/temp-folder.ts";

const folder = temporaryFolder();
const logs = join(folder, "logs");
const uriOf = (key: string): string => `s3://logs/${key}`;
let delivered: DeliveredRecord[];
let endpoint: AthenaEndpoint;
let table: HiveTable;
let warehouse: string;
let count = 0;

beforeAll(async () => {
  await writeDemoOrganization(logs);
  // Athena fails over a broken file; five days are enough.
  for (const key of keysOf(logs))
    if (key.includes("TruncatedFile") || /\/2026\/09\/0\d\//.test(key)) rmSync(join(logs, key));
  delivered = readLogs(logs).flatMap(({ key, records }) =>
    records.map((record) => ({ record: tabled(record), uri: uriOf(key) })),
  );
}, 120_000);

beforeEach(async () => {
  useTestCredentials();
  warehouse = join(folder, `warehouse-${count++}.duckdb`);
  endpoint = await startEndpoint();
  const ddl = query("athena/table.sql")
    .replaceAll("{{database}}", "spillway")
    .replaceAll("{{table}}", "cloudtrail_log");
  table = await createHiveTable(endpoint.connection, ddl);
});

afterEach(async () => {
  await disconnectAll();
  await endpoint[Symbol.asyncDispose]();
});

function set(options: Partial<AthenaServerOptions>): void {
  endpoint.athena.options = { ...endpoint.athena.options, ...options };
}

async function ingest(args: readonly string[] = [], time = "2026-09-14T20:00:00Z"): Promise<CliRun> {
  const reach = ["--athena-endpoint", endpoint.athena.endpoint, "--athena-s3-endpoint", endpoint.s3.endpoint];
  return await runCli(
    [
      "ingest",
      "athena:spillway.cloudtrail_log",
      "--warehouse",
      warehouse,
      "--athena-region",
      "eu-west-1",
      ...reach,
      ...args,
    ],
    // the endpoint answers at once
    { SPILLWAY_ATHENA_POLL_MS: "5" },
    time,
  );
}

async function good(run: Promise<CliRun>): Promise<CliRun> {
  const { code, stderr } = await run;
  expect(code, stderr).toBe(0);
  return await run;
}

const days = ["--from", "2026-09-10"];
const unloads = (): string[] => endpoint.athena.queries.map(({ sql }) => sql).filter((sql) => sql.startsWith("UNLOAD"));
const leftover = (): string[] => [...endpoint.s3.objects.keys()].filter((key) => key.includes("spillway-unload"));
const events = (): Promise<Record<string, unknown>[]> =>
  queryRows(warehouse, "select * exclude (object_uri, record_index) from event order by event_id");

describe("the athena: source", { timeout: 180_000 }, () => {
  it("makes the warehouse that the log files make", async () => {
    await fillHiveTable(endpoint.connection, table, delivered);
    const run = await good(ingest([...days, "--count-records"]));
    const local = join(folder, "local.duckdb");
    await runCli(["ingest", logs, "--warehouse", local]);
    const mine = warehouse;
    for (const what of ["event", "invocation"]) {
      const sql = `select * exclude (object_uri${what === "event" ? ", record_index" : ""}) from ${what} order by all`;
      const rows = await queryRows(mine, sql);
      expect(rows.length).toBeGreaterThan(100);
      expect(rows).toEqual(await queryRows(local, sql));
    }
    // counted one way and the other
    const sums =
      "select sum(records) as records, sum(bedrock_events) as bedrock, sum(rejected) as rejected, sum(other) as other from trail_object where status = 'loaded'";
    expect(await queryRows(mine, sums)).toEqual(await queryRows(local, sums));
    expect(run.stderr).toMatch(/2026-09-12: \d+ Bedrock events, \d+ of them new/);
    expect(run.stderr).toMatch(/Athena scanned 1\.2 GB in 10 queries: about \$0\.00\d+ at \$5 per TB/);
    expect(leftover()).toEqual([]);
  });

  it("reads open days again, closed ones never, and adds what came late once", async () => {
    const file = delivered.find(({ uri }) => uri.includes("/2026/09/13/"))?.uri;
    await fillHiveTable(
      endpoint.connection,
      table,
      delivered.filter(({ uri }) => uri !== file),
    );
    const first = await good(ingest(days));
    expect(first.stderr).toContain("other services' records and rejected ones: they are not counted");
    expect(unloads()).toHaveLength(5);
    await fillHiveTable(
      endpoint.connection,
      table,
      delivered.filter(({ uri }) => uri === file),
    );
    const before = (await events()).length;
    // the same day: two days back; the next day: thirty
    await good(ingest(days, "2026-09-14T22:00:00Z"));
    expect(unloads()).toHaveLength(8);
    const after = await events();
    expect(after.length).toBeGreaterThan(before);
    await good(ingest(days, "2026-09-15T01:00:00Z"));
    expect(unloads()).toHaveLength(14);
    expect(await events()).toEqual(after);
    // closed: once more when its last file may have come, then never again
    await good(ingest([...days, "--to", "2026-09-14"], "2026-11-01T01:00:00Z"));
    expect(unloads()).toHaveLength(19);
    await good(ingest([...days, "--to", "2026-09-14"], "2026-11-02T01:00:00Z"));
    expect(unloads()).toHaveLength(19);
    const ledger = "select cast(sum(new_events) as integer) as n from trail_object";
    expect(await queryRows(warehouse, ledger)).toEqual([{ n: after.length }]);
    const runs =
      "select cast(sum(new_events) as integer) as n, min(records = bedrock_events + other + rejected) as adds_up from run";
    expect(await queryRows(warehouse, runs)).toEqual([{ n: after.length, adds_up: true }]);
  });

  it("doubles nothing that a folder had loaded before, or loads after", async () => {
    await runCli(["ingest", logs, "--warehouse", warehouse]);
    const before = await events();
    await fillHiveTable(endpoint.connection, table, delivered);
    const run = await good(ingest(days));
    expect(run.stderr).toMatch(/: \d+ Bedrock events, 0 of them new/);
    expect(await events()).toEqual(before);
    warehouse = join(folder, "other-way.duckdb");
    await good(ingest(days));
    await runCli(["ingest", logs, "--warehouse", warehouse]);
    expect(await events()).toEqual(before);
    // the folder's names come first: its objects take the events over, and their count with them
    const owned =
      "select uri like 'athena:%' as athena, sum(new_events)::int as n, min(new_events) as least from trail_object where status = 'loaded' group by 1 order by 1";
    expect(await queryRows(warehouse, owned)).toEqual([
      { athena: false, n: before.length, least: 0 },
      { athena: true, n: 0, least: 0 },
    ]);
  });

  it("stands beside other sources in one command, and doubles nothing of theirs", async () => {
    await fillHiveTable(endpoint.connection, table, delivered);
    const run = await good(ingest([...days, logs]));
    const both = await queryRows(warehouse, "select count(*) as n from trail_object where uri like 'athena:%'");
    expect(both).toEqual([{ n: 5 }]);
    expect(run.stderr).toMatch(/events +1,598 Bedrock = 799 new \+ 799 duplicates/);
    const mine = await events();
    const local = join(folder, "beside.duckdb");
    await runCli(["ingest", logs, "--warehouse", local]);
    warehouse = local;
    expect(mine).toEqual(await events());
  });

  it("is loaded by spillway run, with its settings as keys of the config", async () => {
    await fillHiveTable(endpoint.connection, table, delivered);
    const config = join(folder, "run.json");
    const source = {
      source: "athena:spillway.cloudtrail_log",
      from: "2026-09-10",
      athenaRegion: "eu-west-1",
      athenaEndpoint: endpoint.athena.endpoint,
      athenaS3Endpoint: endpoint.s3.endpoint,
      maxScan: "10GB",
    };
    writeFileSync(config, JSON.stringify({ warehouse, sources: [logs, source] }));
    const args = ["run", "--config", config];
    await good(runCli(args, { SPILLWAY_ATHENA_POLL_MS: "5" }, "2026-09-14T20:00:00Z"));
    const kinds =
      "select uri like 'athena:%' as athena, sum(new_events) > 0 as new from trail_object group by 1 order by 1";
    expect(await queryRows(warehouse, kinds)).toEqual([
      { athena: false, new: true },
      { athena: true, new: false },
    ]);
    // the cap holds there too: what was read before is published, and the run says why it failed
    set({ behaviour: () => ({ looks: 1, scanned: [123_456_789] }) });
    writeFileSync(config, JSON.stringify({ warehouse, sources: [{ ...source, maxScan: "200MB" }] }));
    const capped = await runCli(args, { SPILLWAY_ATHENA_POLL_MS: "5" }, "2026-09-14T22:00:00Z");
    expect(capped.code).toBe(1);
    expect(capped.stderr).toMatch(/was stopped: Athena has scanned/);
    expect(capped.stderr).toMatch(/objects {3}3 listed = 1 loaded \+ 2 already loaded/);
  });

  it("takes the accounts and Regions asked for", async () => {
    await fillHiveTable(endpoint.connection, table, delivered);
    await good(ingest([...days, "--account", "222233334444", "--region", "eu-central-1"]));
    const places = "select distinct recipient_account_id as account, source_region as region from event";
    expect(await queryRows(warehouse, places)).toEqual([{ account: "222233334444", region: "eu-central-1" }]);
    const [row] = await queryRows(warehouse, "select min(uri) as uri from trail_object");
    expect(row).toEqual({ uri: "athena:spillway.cloudtrail_log/222233334444+eu-central-1/2026-09-10" });
  });

  it("goes on without a day that cannot be read, and tries it again", async () => {
    await fillHiveTable(endpoint.connection, table, delivered);
    set({
      behaviour: (sql) =>
        sql.includes("'2026/09/11'")
          ? { fails: "HIVE_CURSOR_ERROR: Failed to read s3://logs/broken.json.gz" }
          : undefined,
    });
    const run = await ingest([...days, "--strict"]);
    expect(run.code).toBe(4);
    expect(run.stderr).toContain("quarantined athena:spillway.cloudtrail_log/all/2026-09-11");
    expect(run.stderr).toContain("broken.json.gz");
    const bad = "select uri from trail_object where status = 'unreadable'";
    expect(await queryRows(warehouse, bad)).toHaveLength(1);
    set({ behaviour: () => undefined });
    await good(ingest([...days, "--strict"], "2026-09-14T22:00:00Z"));
    const [row] = await queryRows(warehouse, "select count(*) as n from event where object_uri like '%/2026/09/11/%'");
    expect(Number(row?.["n"])).toBeGreaterThan(0);
  });

  it("goes on at the next day after it was stopped by the cap", async () => {
    await fillHiveTable(endpoint.connection, table, delivered);
    // seen while it runs, not only when it has ended
    set({ behaviour: () => ({ looks: 1, scanned: [123_456_789] }) });
    const run = await ingest([...days, "--max-scan", "300MB"]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("stopped: Athena has scanned");
    const done = "select day from trail_object where status = 'loaded' order by day";
    expect(await queryRows(warehouse, done)).toEqual([{ day: "2026-09-10" }, { day: "2026-09-11" }]);
    const before = unloads().length;
    set({ behaviour: () => undefined });
    await good(ingest(days));
    expect(unloads()).toHaveLength(before + 3);
    // a query that was told to stop may still write
    expect(run.stderr).toMatch(
      /Athena may still write below s3:\/\/result-bucket\/results\/spillway-unload\/\S+\/2026-09-12\//,
    );
    expect(leftover().every((key) => key.includes("/2026-09-12/"))).toBe(true);
  });

  it("says so when what was unloaded cannot be removed", async () => {
    await fillHiveTable(endpoint.connection, table, delivered);
    endpoint.s3.options = {
      ...endpoint.s3.options,
      fault: ({ kind }) => (kind === "delete" ? { type: "error", status: 403, code: "AccessDenied" } : undefined),
    };
    const run = await good(ingest([...days, "--to", "2026-09-10"]));
    expect(run.stderr).toContain("could not be removed");
    expect(leftover()).toHaveLength(1);
  });

  it.each<readonly [string, Partial<AthenaServerOptions>, string, number]>([
    ["a workgroup without a place for results", { workgroups: { primary: {} } }, "has no place for results", 2],
    [
      "a table that is not there",
      {
        behaviour: () => ({
          fails: "TABLE_NOT_FOUND: line 3:6: Table 'awsdatacatalog.spillway.cloudtrail_log' does not exist",
        }),
      },
      "failed on Athena at line 3, column 6",
      1,
    ],
  ])("fails over %s and leaves nothing behind", async (_, options, message, code) => {
    set(options);
    const run = await ingest(days);
    expect(run.code).toBe(code);
    expect(run.stderr).toContain(message);
    expect(existsSync(warehouse)).toBe(false);
    expect(existsSync(`${warehouse}.work`)).toBe(false);
  });

  it.each([
    [["athena:cloudtrail_log"], "names no table with its database"],
    [["athena:a.b", "--from", "soon"], "soon is not a day"],
    [
      ["athena:a.b", "--s3-endpoint", "http://127.0.0.1:9"],
      "these flags are for buckets and buckets of invocation logs, and no source is one",
    ],
  ])("refuses %j", async (args, message) => {
    const run = await runCli(["ingest", "--warehouse", warehouse, ...args]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(message);
  });
});
