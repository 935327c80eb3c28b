/** The proof on a real Trino server: event, invocation and every report are row for row what DuckDB makes of the same logs. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DuckDBConnection } from "duckdb";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { toEvent } from "../../../src/parse/event.ts";
import { isBedrockRecord, isSoundRecord } from "../../../src/parse/record.ts";
import { loadCatalogue } from "../../../src/report/catalogue.ts";
import { driftMarks } from "../../../src/report/policies/drift.ts";
import { applyScope } from "../../../src/sql/scope.ts";
import type { TrinoServer } from "../../../src/engines/trino/access.ts";
import { queryTrino } from "../../../src/engines/trino/statement.ts";
import { plainCell } from "../../../src/engines/result.ts";
import { trinoColumn } from "../../../src/engines/trino-cells.ts";
import { parserRelations } from "../../../src/engines/raw-logs/reference-relations.ts";
import { logFileRelation, modelRelations } from "../../../src/engines/raw-logs/views.ts";
import { eventTable } from "../../../src/schema/event.ts";
import { filledQuery } from "../../../src/sql/query-file.ts";
import { invocationTable } from "../../../src/schema/invocation.ts";
import { resultBucket } from "../../support/athena-endpoint.ts";
import { duckBackend, trinoBackend } from "../../support/athena-backend.ts";
import { AthenaServer } from "../../support/athena-server.ts";
import { runCli } from "../../support/run-cli.ts";
import { S3Server } from "../../support/s3-server.ts";
import { useTestCredentials } from "../../support/s3-trail.ts";
import { spawnCli } from "../../support/spawn-cli.ts";
import { openRaw, plainRows, replaceRaw, wellFormed } from "../athena/raw-records.ts";
import { tabled } from "../athena/tabled.ts";
import { readTables } from "../../report/page/read-back.ts";
import { demoBundle } from "../../policy/demo-bundle.ts";
import { temporaryFolder } from "../../support/temp-folder.ts";
import { type Trail, writeTrail } from "./logs.ts";

type Row = Readonly<Record<string, unknown>>;

const missing = inject("trinoMissing");
const server: TrinoServer = { url: inject("trinoUrl"), user: "spillway", catalog: "hive", schema: "spillway" };
let duck: DuckDBConnection;
let trail: Trail;

/** What was compared, for the table that the run ends with. */
const compared: { readonly what: string; readonly onDuckDb: Row[]; readonly onTrino: Row[]; readonly order: string }[] =
  [];

/** The table in docs/athena.md. */
function comparison(version: string): string {
  const lines = compared.map(({ what, onDuckDb, onTrino: there, order }) => {
    const same = JSON.stringify(onDuckDb) === JSON.stringify(there) ? `yes, ${order}` : "NO";
    return `| ${what} | ${onDuckDb.length} | ${there.length} | ${same} |`;
  });
  return [
    `| relation or report | rows in DuckDB | rows in Trino ${version} | equal |`,
    "|---|---|---|---|",
    ...lines,
  ].join("\n");
}

function trinoValue(name: string, type: string, value: unknown): unknown {
  const { column, read } = trinoColumn(name, type);
  return plainCell(column, read(value));
}

async function onTrino(sql: string, title?: string): Promise<Row[]> {
  const { columns, rows } = await queryTrino(server, sql, { title, signal: AbortSignal.timeout(170_000) });
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ name, type }, index) => [name, plain(trinoValue(name, type, row[index]))])),
  );
}

function plain(value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

function sorted(rows: readonly Row[]): Row[] {
  const keyed = rows.map((row) => [JSON.stringify(row), row] as const);
  return keyed.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, row]) => row);
}

const literals = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(", ");

describe.skipIf(missing !== "")("on Trino", () => {
  beforeAll(async () => {
    trail = await writeTrail(inject("trinoStorage"));
    await onTrino("create schema if not exists hive.spillway with (location = 'local:///meta/spillway')");
    const table = {
      table: "hive.spillway.cloudtrail_log",
      location: trail.location,
      accounts: literals(trail.accounts),
      regions: literals(trail.regions),
      first_day: trail.days[0] ?? "",
      last_day: trail.days.at(-1) ?? "",
    };
    await onTrino(filledQuery("trino/table.sql", table), "table.sql");
    // Views over views are planned anew for each mention: from the events on the copies are tables, as one would keep them.
    const views = new Set([...parserRelations().map(({ name }) => name), "cloudtrail_record", "event_delivered"]);
    const relations = [logFileRelation({ table: "hive.spillway.cloudtrail_log" }), ...modelRelations()];
    for (const { name, sql } of relations) {
      // Parquet: ORC, the default, keeps the milliseconds of times before 1970 wrong
      const kind = views.has(name) ? ["view", ""] : ["table", "with (format = 'PARQUET')"];
      await onTrino(`create ${kind[0]} hive.spillway.${name} ${kind[1]} as ${sql}`, name);
    }

    duck = await openRaw();
    await replaceRaw(duck, trail.delivered);
    const there = new Set(parserRelations().map(({ name }) => name));
    for (const { name, sql } of modelRelations())
      if (!there.has(name)) await duck.run(`create table ${name} as ${sql}`);
  });

  afterAll(async () => {
    const [node] = await onTrino("select node_version from system.runtime.nodes where coordinator");
    console.log(`${trail.delivered.length} records\n\n${comparison(String(node?.["node_version"]))}`);
  });

  it("reads every record of the logs through the projected partitions", async () => {
    const [row] = await onTrino("select count(*) as n, count(distinct object_uri) as files from cloudtrail_record");
    const uris = new Set(trail.delivered.map(({ uri }) => uri));
    expect(row).toEqual({ n: trail.delivered.length, files: uris.size });
  });

  it("prunes by day", async () => {
    const day = trail.days[3] ?? "";
    const [row] = await onTrino(`select count(*) as n from cloudtrail_record where day = '${day}'`);
    expect(row).toEqual({ n: trail.delivered.filter(({ uri }) => uri.includes(`/${day}/`)).length });
  });

  it("makes of every raw record the row that the parser makes", async () => {
    const wanted = trail.delivered.flatMap(({ record: delivered, uri }): Row[] => {
      const record = tabled(delivered);
      if (!isBedrockRecord(record) || !isSoundRecord(record)) return [];
      const event = Object.fromEntries(
        Object.entries(toEvent(record)).map(([name, value]) => [name, wellFormed(value)]),
      );
      return [{ ...event, object_uri: uri, record_index: null }];
    });
    const columns = eventTable.columns.map((column) => column.name).join(", ");
    expect(sorted(await onTrino(`select ${columns} from event_delivered`, "event.sql"))).toEqual(sorted(wanted));
  });

  it.each([eventTable, invocationTable])("$name is the same as on DuckDB", async ({ name, columns }) => {
    const sql = `select ${columns.map((column) => column.name).join(", ")} from ${name}`;
    const rows = await onTrino(sql, name);
    const wanted = sorted(await plainRows(duck, sql));
    compared.push({ what: `\`${name}\``, onDuckDb: wanted, onTrino: sorted(rows), order: "in every column" });
    expect(rows.length).toBeGreaterThan(500);
    expect(sorted(rows)).toEqual(wanted);
  });

  it.each([...loadCatalogue().values()])("report $name is the same as on DuckDB, in the same order", async (report) => {
    const scope = report.needsBoundary ? { boundary: ["eu-central-1", "eu-west-1"] } : {};
    const sql = applyScope(report.sql, scope, (name) => name);
    const rows = await onTrino(sql, report.name);
    const wanted = await plainRows(duck, sql);
    compared.push({ what: report.name, onDuckDb: wanted, onTrino: rows, order: "in the same order" });
    // invocation logs are known to a warehouse alone
    if (report.name !== "invocation-log-gaps") expect(rows.length).toBeGreaterThan(0);
    expect(rows).toEqual(wanted);
  });

  it("drift with what a bundle and a boundary say is the same as on DuckDB", async () => {
    const observed = await plainRows(
      duck,
      "select distinct profile_id, source_region, served_region from invocation_day where served_region is not null and profile_id is not null order by 1, 2, 3",
    );
    const allowed = ["all", "some", "cannot-tell"];
    const reach = [
      { profile: "eu.amazon.nova-lite-v1:0", sourceRegion: "eu-central-1", destination: "eu-north-1", allowed: "all" },
      ...observed.map((row, index) => ({
        profile: String(row["profile_id"]),
        sourceRegion: String(row["source_region"]),
        destination: String(row["served_region"]),
        allowed: allowed[index % allowed.length] ?? "all",
      })),
    ];
    const report = loadCatalogue().get("drift");
    const sql = applyScope(report?.sql ?? "", { boundary: ["eu-central-1", "eu-west-1"], reach }, (name) => name);
    const rows = await onTrino(sql, "drift");
    expect(rows).toEqual(await plainRows(duck, sql));
    const marks = rows.flatMap(({ mark }) => (typeof mark === "string" ? mark.split("; ") : []));
    expect(marks).toContain("allowed and never used");
    expect(marks).toContain("used and outside the boundary");
  });

  describe("through the command line", () => {
    const closing: AsyncDisposable[] = [];
    let s3: S3Server;
    let onTrinoServer: AthenaServer;
    let onDuckDb: AthenaServer;

    beforeAll(async () => {
      useTestCredentials();
      s3 = await S3Server.start({ bucket: resultBucket, region: "eu-west-1" });
      onTrinoServer = await AthenaServer.start({ backend: trinoBackend(server), s3 });
      onDuckDb = await AthenaServer.start({ backend: duckBackend(duck, 0), s3 });
      closing.push(onTrinoServer, onDuckDb, s3);
    });

    afterAll(async () => {
      for (const one of closing) await one[Symbol.asyncDispose]();
    });

    const quick = { SPILLWAY_ATHENA_POLL_MS: "20" };
    const athena = (endpoint: string, database: string): string[] =>
      `--engine athena --athena-region eu-west-1 --athena-database ${database} --athena-endpoint ${endpoint} --athena-s3-endpoint ${s3.endpoint}`.split(
        " ",
      );
    const trino = [
      "--engine",
      "trino",
      "--trino-url",
      server.url,
      "--trino-catalog",
      "hive",
      "--trino-schema",
      "spillway",
    ];

    const comparing = "invocation-log-gaps";
    const noLogs = /^warning: no invocation logs are known to this engine: .*\nLoad them .*\n/m;
    it.each([...loadCatalogue().values()])("report $name is the same on all three engines", async (report) => {
      const boundary = report.needsBoundary ? ["--boundary", "eu"] : [];
      const args = ["report", report.name, "--format", "csv", "--from", "2026-09-02T06:00:00Z", ...boundary];
      const byTrino = await runCli([...args, ...trino]);
      const byAthena = await runCli([...args, ...athena(onTrinoServer.endpoint, "spillway")], quick);
      const byDuckDb = await runCli([...args, ...athena(onDuckDb.endpoint, "main")], quick);
      // drift says what it was not given
      const said = ({ stderr }: { readonly stderr: string }): string =>
        stderr.replaceAll(/^no (?:boundary|bundle) is named: .*\n/gm, "").replace(noLogs, "");
      expect(noLogs.test(byTrino.stderr)).toBe(report.name === comparing);
      expect(said(byTrino)).toMatch(/^Trino read \d+(?:\.\d+ [KM]B| bytes) in 1 query\n$/);
      expect(said(byAthena)).toMatch(/^Athena scanned \d+(?:\.\d+ [KM]B| bytes) in 1 query: about \$0\.00/);
      if (report.name !== comparing) expect(byDuckDb.stdout.split("\n").length).toBeGreaterThan(2);
      expect(byTrino.stdout).toBe(byDuckDb.stdout);
      expect(byAthena.stdout).toBe(byDuckDb.stdout);
    });

    it("drift has every mark there is, and the same ones on all three engines", async () => {
      // somebody called us.… before its profile was widened: then what ran in the newer Regions is not declared
      const narrower = `as select * from inference_profile where not (profile_id like 'us.%' and destination_region = 'us-east-2')`;
      await onTrino(`create table hive.spillway.narrower_profile with (format = 'PARQUET') ${narrower}`);
      await duck.run(`create table narrower_profile ${narrower}`);
      const bundle = join(temporaryFolder(), "bundle.json");
      writeFileSync(bundle, JSON.stringify(demoBundle));
      const args = ["report", "drift", "--format", "json", "--boundary", "eu", "--bundle", bundle];
      const failing = [...args, "--fail-on", "drift"];
      const there = (relation: string): string[] => ["--relation", `inference_profile=${relation}`];
      const byTrino = await runCli([...failing, ...trino, ...there("hive.spillway.narrower_profile")]);
      const byAthena = await runCli(
        [...failing, ...athena(onTrinoServer.endpoint, "spillway"), ...there("spillway.narrower_profile")],
        quick,
      );
      const byDuckDb = await runCli(
        [...failing, ...athena(onDuckDb.endpoint, "main"), ...there("main.narrower_profile")],
        quick,
      );
      expect([byTrino.code, byAthena.code, byDuckDb.code]).toEqual([3, 3, 3]);
      const rows = JSON.parse(byTrino.stdout) as { readonly mark: string | null }[];
      const kinds = new Set(
        rows.flatMap(({ mark }) => mark?.split("; ").map((part) => part.replace(/ by .*/, "")) ?? []),
      );
      expect(driftMarks.filter((mark) => !kinds.has(mark))).toEqual([]);
      expect(byTrino.stdout).toBe(byDuckDb.stdout);
      expect(byAthena.stdout).toBe(byDuckDb.stdout);
    }, 400_000);

    it("denials are explained by a bundle as on DuckDB", async () => {
      const bundle = join(temporaryFolder(), "bundle.json");
      writeFileSync(bundle, JSON.stringify(demoBundle));
      const args = ["report", "denials", "--format", "json", "--bundle", bundle];
      const byTrino = await runCli([...args, ...trino]);
      const byDuckDb = await runCli([...args, ...athena(onDuckDb.endpoint, "main")], quick);
      expect(byTrino.stdout).toContain("region-deny:4:5 Statement[0] Regions denies");
      expect(byTrino.stdout).toBe(byDuckDb.stdout);
    }, 400_000);

    it("the page is the same as DuckDB's, but for the engine's name", async () => {
      const args = ["report", "--format", "html", "--boundary", "eu", "--from", "2026-09-02T06:00:00Z"];
      const byTrino = await runCli([...args, ...trino]);
      const byDuckDb = await runCli([...args, ...athena(onDuckDb.endpoint, "main")], quick);
      const nameless = (page: string, name: string): string => page.replaceAll(name, "ENGINE");
      expect(byTrino.stdout).toContain("with Trino</dd>");
      expect(byTrino.stdout).toContain('<p class="note unknowable">Trino reads the log files themselves:');
      expect(readTables(byTrino.stdout).get("spillover-by-principal")?.rows.length).toBeGreaterThan(50);
      expect(nameless(byTrino.stdout, "Trino")).toBe(nameless(byDuckDb.stdout, "Amazon Athena"));
    }, 900_000);

    it("the page has the tables of the local warehouse's page, where these are not a matter of its ledger", async () => {
      const folder = temporaryFolder();
      const warehouse = join(folder, "w.duckdb");
      const args = ["report", "--format", "html", "--boundary", "eu", "--to", "2026-09-10"];
      expect((await runCli(["ingest", join(inject("trinoStorage"), "raw"), "--warehouse", warehouse])).code).toBe(0);
      const local = readTables((await runCli([...args, "--warehouse", warehouse])).stdout);
      const there = readTables((await runCli([...args, ...trino])).stdout);
      const ledger = new Set(["claims", "coverage", "freshness", "unobservable"]);
      expect([...there.keys()]).toEqual([...local.keys()]);
      for (const [name, table] of local) if (!ledger.has(name)) expect(there.get(name), name).toEqual(table);
    }, 400_000);

    // The report that reads every relation: the fold and the files.
    it("a report is the same straight from the logs, and leaves nothing behind", async () => {
      const args = ["report", "unobservable", "--format", "csv"];
      const wanted = await spawnCli([...args, ...trino]).ended;
      const run = await spawnCli([...args, ...trino, "--trino-table", "cloudtrail_log"]).ended;
      expect(run.stderr).toMatch(/^Trino read [\d.]+ [KM]B in \d+ queries\n$/);
      expect(wanted.stdout.split("\n").length).toBeGreaterThan(5);
      expect(run.stdout).toBe(wanted.stdout);
      expect(await onTrino("show tables from hive.spillway like 'spillway_tmp%'")).toEqual([]);
    }, 400_000);

    it("reads a table with the columns of AWS's documentation, on its days alone", async () => {
      const lacks = new Set(["edgedevicedetails", "account", "region", "day", "object_uri"]);
      const columns = (await onTrino("show columns from cloudtrail_record"))
        .map((row) => String(row["Column"]))
        .filter((column) => !lacks.has(column));
      await onTrino(
        `create table hive.spillway.aws_logs with (format = 'PARQUET', partitioned_by = array['year', 'month', 'day']) as select ${columns.join(", ")}, split_part(day, '/', 1) as year, split_part(day, '/', 2) as month, split_part(day, '/', 3) as day from cloudtrail_record`,
      );
      const text = (Name: string): object => ({ Name, Type: "string" });
      const aws = { Columns: columns.map(text), PartitionKeys: ["year", "month", "day"].map(text), Parameters: {} };
      onTrinoServer.options = { ...onTrinoServer.options, tables: { aws_logs: aws } };
      const args = [
        "report",
        "spillover-by-principal",
        "--format",
        "csv",
        "--from",
        "2026-09-05",
        "--to",
        "2026-09-07",
      ];
      const wanted = await spawnCli([...args, ...trino]).ended;
      const run = await spawnCli([...args, ...athena(onTrinoServer.endpoint, "spillway"), "--athena-table", "aws_logs"])
        .ended;
      expect(run.stderr).toMatch(/^Athena scanned/);
      expect(wanted.stdout.split("\n").length).toBeGreaterThan(5);
      expect(run.stdout).toBe(wanted.stdout);
    }, 400_000);

    it("says a mistake with the report's name and its line", async () => {
      const more = ["--relation", "invocation_day=hive.spillway.nowhere"];
      const run = await spawnCli(["report", "denials", ...trino, ...more]).ended;
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(
        /error: denials failed on Trino \(line 1, column \d+\): Table 'hive\.spillway\.nowhere' does not exist\nCheck the catalog and schema/,
      );
    });
  });
});
