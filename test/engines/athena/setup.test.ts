/** The proof of `spillway athena setup` and `refresh`: what they print, and what they make on an endpoint that speaks Athena's protocol. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { writeDemoOrganization } from "../../../src/demo/organization.ts";
import { disconnectAll } from "../../../src/aws/connection.ts";
import { keysOf, readLogs } from "../../demo/read-trail.ts";
import { duckBackend } from "../../support/athena-backend.ts";
import { type AthenaEndpoint, startEndpoint } from "../../support/athena-endpoint.ts";
import {
  type DeliveredRecord,
  createHiveTable,
  fillHiveTable,
  parseHiveTable,
  withHiveDdl,
} from "../../support/hive-table.ts";
import { type CliRun, runCli } from "../../support/run-cli.ts";
import { trailKey, useTestCredentials } from "../../support/s3-trail.ts";
import { temporaryFolder } from "../../support/temp-folder.ts";
import { foreignTables } from "./foreign-tables.ts";
import { plainRows } from "./raw-records.ts";
import { tabled } from "./tabled.ts";

const folder = temporaryFolder();
const warehouse = join(folder, "spillway.duckdb");
const scannedBytes = 2_000_000;
const trail = ["--logs", "s3://logs/org", "--organization-id", "o-exampleorg1"];
const accounts = ["--account", "111122223333,222233334444,333344445555"];
const copy = ["--copy", "s3://lake/spillway"];
let delivered: DeliveredRecord[];
let endpoint: AthenaEndpoint;

/** The logs end on the day before: what was listed later than that is known to the warehouse alone. */
const dayAfter = "2026-09-15T06:00:00Z";

beforeAll(async () => {
  const logs = join(folder, "logs");
  await writeDemoOrganization(logs);
  for (const key of keysOf(logs)) if (key.includes("TruncatedFile")) rmSync(join(logs, key));
  await runCli(["ingest", logs, "--warehouse", warehouse], {}, dayAfter);
  delivered = readLogs(logs).flatMap(({ key, records }) =>
    records.map((record) => ({ record: tabled(record), uri: `s3://logs/${key}` })),
  );
}, 120_000);

beforeEach(async () => {
  useTestCredentials();
  endpoint = await startEndpoint();
  const backend = withHiveDdl(duckBackend(endpoint.connection, scannedBytes), endpoint.connection, scannedBytes);
  endpoint.athena.options = { ...endpoint.athena.options, backend };
  await endpoint.connection.run("drop schema spillway cascade; set search_path = 'main'");
});

afterEach(async () => {
  await disconnectAll();
  await endpoint[Symbol.asyncDispose]();
});

/** The endpoint answers at once: no need to look after a third of a second. */
const quick = { SPILLWAY_ATHENA_POLL_MS: "5" };

function reach(): string[] {
  return [
    "--athena-region",
    "eu-west-1",
    "--athena-endpoint",
    endpoint.athena.endpoint,
    "--athena-s3-endpoint",
    endpoint.s3.endpoint,
  ];
}

async function athena(...args: readonly string[]): Promise<CliRun> {
  await endpoint.connection.run("set search_path = 'main'");
  return await runCli(["athena", ...args, ...reach()], quick);
}

async function good(run: Promise<CliRun>): Promise<CliRun> {
  const { code, stderr } = await run;
  expect(code, stderr).toBe(0);
  return await run;
}

async function fill(records: readonly DeliveredRecord[]): Promise<void> {
  const sql = (await runCli(["athena", "setup", ...trail, ...accounts])).stdout;
  const ddl = sql.slice(sql.indexOf("CREATE EXTERNAL TABLE"));
  await fillHiveTable(endpoint.connection, parseHiveTable(ddl), records);
}

/** The same report from the warehouse and from the views. */
async function compare(report: string): Promise<void> {
  // a session has a database, where setup and refresh name theirs
  await endpoint.connection.run("set search_path = 'spillway,main'");
  const args = ["report", report, "--format", "json"];
  const local = await runCli([...args, "--warehouse", warehouse]);
  const there = await runCli([...args, "--engine", "athena", "--athena-database", "spillway", ...reach()], quick);
  expect(there.code, there.stderr).toBe(0);
  expect(JSON.parse(there.stdout)).toEqual(JSON.parse(local.stdout));
}

describe("setup", { timeout: 180_000 }, () => {
  it("prints statements that can be pasted one by one", async () => {
    const { stdout, stderr } = await good(runCli(["athena", "setup", ...trail, ...accounts, "--region", "eu-west-1"]));
    const statements = stdout.split(/^-- \d+ of \d+: .*$/m).slice(1);
    expect(statements.every((sql) => /^\nCREATE [\s\S]*;\n*$/.test(sql))).toBe(true);
    expect(stdout).toContain("LOCATION 's3://logs/org/AWSLogs/o-exampleorg1/'");
    expect(stdout).toContain("'projection.account.values' = '111122223333,222233334444,333344445555'");
    expect(stdout).toContain("'projection.region.values' = 'eu-west-1'");
    expect(stderr).toContain("Nothing was listed");
    expect(endpoint.athena.requests).toHaveLength(0);
    // each by itself, in a database that was not chosen
    const { backend } = endpoint.athena.options;
    for (const sql of statements) await backend.query(sql.trim().replace(/;$/, ""), new AbortController().signal);
    await fill(delivered);
    await compare("spillover-by-principal");
  });

  it("knows the layout of a single account, and injected accounts", async () => {
    const one = await good(runCli(["athena", "setup", "--logs", "s3://logs/", "--account", "111122223333"]));
    expect(one.stdout).toContain(
      "'storage.location.template' = 's3://logs/AWSLogs/${account}/CloudTrail/${region}/${day}'",
    );
    const many = await good(runCli(["athena", "setup", ...trail, ...accounts, "--injected-accounts"]));
    expect(many.stdout).toContain("'projection.account.type' = 'injected'");
    expect(many.stdout).toContain("t.account in ('111122223333', '222233334444', '333344445555')");
  });

  it("makes what is missing, once", async () => {
    const first = await good(athena("setup", ...trail, ...accounts, "--execute"));
    expect(first.stderr).toContain("made view invocation_day");
    const queries = endpoint.athena.queries.length;
    const second = await good(athena("setup", ...trail, ...accounts, "--execute"));
    expect(second.stderr).toMatch(/nothing to do: \d+ of \d+ are as they should be/);
    expect(endpoint.athena.queries.slice(queries).filter(({ sql }) => !sql.startsWith("SELECT"))).toEqual([]);
    await fill(delivered);
    for (const report of ["spillover-by-region", "denials", "coverage"]) await compare(report);
    await endpoint.connection.run("drop view spillway.invocation_day");
    const third = await good(athena("setup", ...trail, ...accounts, "--execute"));
    expect(third.stderr).toContain("1 made");
  });

  it("does not replace a table unasked", async () => {
    await good(athena("setup", ...trail, ...accounts, "--execute"));
    const other = ["--account", "111122223333"];
    const run = await athena("setup", ...trail, ...other, "--execute");
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("the table cloudtrail_log is there and is another one");
    const again = await athena("setup", ...trail, ...other, "--execute");
    expect(again.code).toBe(2);
    await good(athena("setup", ...trail, ...other, "--execute", "--replace-tables"));
    expect((await good(athena("setup", ...trail, ...other, "--execute"))).stderr).toContain("nothing to do");
  });

  it.each(foreignTables.slice(1, 3))("puts its views on $what", async ({ name, ddl }) => {
    const table = await createHiveTable(endpoint.connection, ddl);
    await fillHiveTable(endpoint.connection, table, delivered);
    const metadata = {
      Columns: table.columns.map((column) => ({ Name: column.name, Type: "string" })),
      PartitionKeys: table.partitions.map((column) => ({ Name: column.name, Type: "string" })),
    };
    endpoint.athena.options = { ...endpoint.athena.options, tables: { [table.name]: metadata } };
    await good(athena("setup", "--athena-table", name, "--execute"));
    await compare("spillover-by-model");
  });

  it("refuses a table of something else", async () => {
    endpoint.athena.options = {
      ...endpoint.athena.options,
      tables: { vpc_flow_logs: { Columns: [{ Name: "srcaddr", Type: "string" }] } },
    };
    const run = await athena("setup", "--athena-table", "logs.vpc_flow_logs", "--execute");
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("logs.vpc_flow_logs is not a table of CloudTrail records: it has no useridentity");
    const missing = await athena("setup", "--athena-table", "logs.nothing", "--execute");
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain("Athena has no table nothing in the database logs");
  });

  it("says what a day of the logs costs", async () => {
    const key = { prefix: "org/", organization: "o-exampleorg1", day: "2026-09-19" };
    endpoint.s3.put(trailKey(key), Buffer.alloc(40_000_000));
    endpoint.s3.put(trailKey({ ...key, name: "b" }), Buffer.alloc(2_000_000));
    endpoint.s3.put(trailKey({ ...key, day: "2026-09-13" }), Buffer.alloc(1000));
    const logs = ["--logs", "s3://result-bucket/org", "--organization-id", "o-exampleorg1"];
    const { stderr } = await good(
      runCli(["athena", "setup", ...logs, ...accounts, "--estimate", "--athena-s3-endpoint", endpoint.s3.endpoint], {}),
    );
    expect(stderr).toContain(
      "2026-09-19: 2 log files, 42.0 MB. Reading them once costs about $0.00021 at $5 per TB, 30 such days $0.00630.",
    );
  });

  it.each([
    [["--logs", "bucket"], "no account is named"],
    [["--logs", "bucket", "--account", "111122223333"], "bucket is not a place of logs in S3"],
    [["--account", "111122223333"], "the log location is missing"],
    [["--logs", "s3://b", "--account", "1"], "1 is not an account"],
    [["--logs", "s3://b", "--account", "111122223333", "--organization-id", "x"], "x is not an organization"],
  ])("refuses %j", async (flags, message) => {
    const run = await runCli(["athena", "setup", ...flags]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(message);
  });
});

describe("the copy", { timeout: 180_000 }, () => {
  const days = ["--from", "2026-09-01"];
  const refresh = async (args: readonly string[], time: string): Promise<CliRun> =>
    await runCli(["athena", "refresh", ...args, ...reach()], quick, time);

  it("follows the logs, late files included, and is what reports read", async () => {
    await good(athena("setup", ...trail, ...accounts, ...copy, "--execute"));
    const late = delivered.filter(({ uri }) => uri.includes("/2026/09/13/"));
    const lateFile = late[0]?.uri ?? "";
    const isLate = ({ uri }: DeliveredRecord): boolean => uri === lateFile;
    expect(delivered.filter(isLate).length).toBeGreaterThan(0);
    await fill(delivered.filter((record) => !isLate(record)));
    const first = await good(refresh(days, "2026-09-14T20:00:00Z"));
    expect(first.stderr).toContain("the copy: 14 days read, 0 unchanged, 0 failed");
    expect(first.stderr).toMatch(/Athena scanned 92\.0 MB in 46 queries: about \$0\.00\d+ at \$5 per TB/);
    await fill(delivered.filter(isLate));
    const second = await good(refresh(days, "2026-09-14T23:00:00Z"));
    expect(second.stderr).toContain("the copy: 3 days read, 11 unchanged, 0 failed");
    for (const report of ["spillover-by-region", "spillover-by-principal", "coverage", "denials"])
      await compare(report);
    const scope = ["--from", "2026-09-05", "--to", "2026-09-09", "--athena-database", "spillway"];
    const printed = await good(runCli(["athena", "sql", "denials", "--copy", ...scope]));
    const raw = await good(runCli(["athena", "sql", "denials", ...scope]));
    expect(printed.stdout).not.toContain("cloudtrail_log");
    const rows = await plainRows(endpoint.connection, printed.stdout);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows).toEqual(await plainRows(endpoint.connection, raw.stdout));
  });

  it("never shows half a day: what a broken refresh wrote is not read", async () => {
    await good(athena("setup", ...trail, ...accounts, ...copy, "--execute"));
    await fill(delivered);
    endpoint.athena.options = {
      ...endpoint.athena.options,
      behaviour: (sql) =>
        sql.includes("INSERT INTO") && sql.includes("trail_object_copy") && sql.includes("'2026/09/13'")
          ? { fails: "HIVE_CURSOR_ERROR: Error reading s3://logs/broken.json.gz: not in gzip format" }
          : undefined,
    };
    const last = ["--from", "2026-09-11"];
    const run = await refresh([...last, "--strict"], "2026-09-14T20:00:00Z");
    expect(run.code).toBe(4);
    expect(run.stderr).toContain("2026-09-13 was not copied");
    expect(run.stderr).toContain("the copy: 3 days read, 0 unchanged, 1 failed");
    const seen = `select count(*) as n from spillway.event_delivered where object_uri like '%/2026/09/13/%'`;
    expect(await plainRows(endpoint.connection, seen)).toEqual([{ n: 0 }]);
    const written = `select count(*) as n from spillway.event_delivered_copy where copy_day = '2026-09-13'`;
    expect((await plainRows(endpoint.connection, written))[0]?.n).toBeGreaterThan(0);
    endpoint.athena.options = { ...endpoint.athena.options, behaviour: () => undefined };
    expect((await good(refresh(last, "2026-09-14T23:00:00Z"))).stderr).toContain(
      "the copy: 3 days read, 1 unchanged, 0 failed",
    );
    expect((await plainRows(endpoint.connection, seen))[0]?.n).toBeGreaterThan(0);
  });

  it("shows the last fold until the next one is complete", async () => {
    await good(athena("setup", ...trail, ...accounts, ...copy, "--execute"));
    await fill(delivered);
    const counts = ["event", "invocation", "invocation_day", "trail_object"]
      .map((name) => `(select count(*) from spillway.${name}) as ${name}`)
      .join(", ");
    const seen = (): Promise<Readonly<Record<string, unknown>>[]> => plainRows(endpoint.connection, `select ${counts}`);
    await good(refresh(["--from", "2026-09-03", "--to", "2026-09-04"], "2026-09-14T20:00:00Z"));
    const before = await seen();
    expect(Object.values(before[0] ?? {}).every((count) => Number(count) > 0)).toBe(true);
    endpoint.athena.options = {
      ...endpoint.athena.options,
      behaviour: (sql) =>
        sql.startsWith('INSERT INTO "spillway"."invocation_day_copy"') ? { fails: "GENERIC_INTERNAL_ERROR: lost" } : {},
    };
    const more = ["--from", "2026-09-03", "--to", "2026-09-06"];
    const broken = await refresh(more, "2026-09-14T21:00:00Z");
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain("the fold of the copy (invocation_day)");
    expect(await seen()).toEqual(before);
    endpoint.athena.options = { ...endpoint.athena.options, behaviour: () => undefined };
    const mended = await good(refresh(more, "2026-09-14T22:00:00Z"));
    expect(mended.stderr).toContain("folded the copy\nthe copy: 0 days read, 4 unchanged, 0 failed");
    const after = await seen();
    for (const [name, count] of Object.entries(after[0] ?? {}))
      expect(Number(count), name).toBeGreaterThan(Number(before[0]?.[name]));
    expect((await good(refresh(more, "2026-09-14T23:00:00Z"))).stderr).not.toContain("folded");
  });

  it("stops at --max-scan, with what was copied kept", async () => {
    await good(athena("setup", ...trail, ...accounts, ...copy, "--execute"));
    await fill(delivered);
    const run = await athena("refresh", ...days, "--max-scan", "20MB");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("--max-scan is used up");
    const kept = await plainRows(endpoint.connection, "select count(*) as n from spillway.copied_day");
    expect(kept).toEqual([{ n: 3 }]);
  });
});
