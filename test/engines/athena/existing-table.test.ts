/** The proof that a CloudTrail table that people have already gives the same reports, read once, cleaned up, and capped. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { writeDemoOrganization } from "../../../src/demo/organization.ts";
import { findReport, loadCatalogue } from "../../../src/report/catalogue.ts";
import { keysOf, readLogs } from "../../demo/read-trail.ts";
import { type AthenaEndpoint, fillDatabase, resultBucket, startEndpoint } from "../../support/athena-endpoint.ts";
import { type CliRun, runCli } from "../../support/run-cli.ts";
import { useTestCredentials } from "../../support/s3-trail.ts";
import { temporaryFolder } from "../../support/temp-folder.ts";
import { plainRows } from "./raw-records.ts";

/** Athena User Guide, "Create a table for CloudTrail logs"; the CloudTrail console's button makes the same columns. */
const documented = [
  "eventversion",
  "useridentity",
  "eventtime",
  "eventsource",
  "eventname",
  "awsregion",
  "sourceipaddress",
  "useragent",
  "errorcode",
  "errormessage",
  "requestparameters",
  "responseelements",
  "additionaleventdata",
  "requestid",
  "eventid",
  "readonly",
  "resources",
  "eventtype",
  "apiversion",
  "recipientaccountid",
  "serviceeventdetails",
  "sharedeventid",
  "vpcendpointid",
  "eventcategory",
  "addendum",
  "sessioncredentialfromconsole",
  "tlsdetails",
];
/** As the guide had it until 2022; Control Tower landing zones of those years have such tables. */
const older = documented.slice(0, 23);

const folder = temporaryFolder();
let endpoint: AthenaEndpoint;
let logBytes = 0;

const metadata = (
  columns: readonly string[],
  partitions: readonly string[],
  parameters: Readonly<Record<string, string>>,
): Record<string, unknown> => ({
  TableType: "EXTERNAL_TABLE",
  Columns: columns.map((Name) => ({ Name, Type: "string" })),
  PartitionKeys: partitions.map((Name) => ({ Name, Type: "string" })),
  Parameters: parameters,
});

beforeAll(async () => {
  const logs = join(folder, "logs");
  await writeDemoOrganization(logs);
  const read = readLogs(logs);
  const projected = {
    location: `s3://${resultBucket}/trail/`,
    "projection.enabled": "true",
    "projection.timestamp.type": "date",
    "projection.timestamp.format": "yyyy/MM/dd",
  };
  endpoint = await startEndpoint({
    tables: {
      cloudtrail_logs: metadata(documented, ["timestamp"], projected),
      logs_of_2021: metadata(older, ["region", "year", "month", "day"], { location: `s3://${resultBucket}/trail/` }),
      console_table: metadata(documented, [], { location: `s3://${resultBucket}/trail/` }),
      injected: metadata(documented, ["account", "timestamp"], { ...projected, "projection.account.type": "injected" }),
      other: metadata(["id", "name"], [], {}),
    },
  });
  const { connection, s3 } = endpoint;
  await fillDatabase(
    connection,
    read.flatMap(({ key, records }) => records.map((record) => ({ record, uri: `s3://${resultBucket}/trail/${key}` }))),
  );
  const day = "regexp_extract(object_uri, '/([0-9]{4}/[0-9]{2}/[0-9]{2})/', 1)";
  const create = async (name: string, columns: readonly string[], more: string): Promise<void> =>
    void (await connection.run(
      `create table spillway.${name} as select ${columns.join(", ")}, object_uri as "$path"${more} from main.cloudtrail_record`,
    ));
  await create("cloudtrail_logs", documented, `, ${day} as "timestamp"`);
  await create(
    "logs_of_2021",
    older,
    `, split_part(${day}, '/', 1) as year, split_part(${day}, '/', 2) as month, split_part(${day}, '/', 3) as day`,
  );
  await create("console_table", documented, "");
  await create(
    "injected",
    documented,
    `, regexp_extract(object_uri, '/([0-9]{12})/CloudTrail/', 1) as account, ${day} as "timestamp"`,
  );
  for (const key of keysOf(logs)) {
    const body = readFileSync(join(logs, key));
    s3.put(`trail/${key}`, body);
    if (key.includes("/CloudTrail/")) logBytes += body.length;
  }
});

beforeEach(useTestCredentials);

afterAll(async () => await endpoint[Symbol.asyncDispose]());

function report(name: string, ...more: string[]): Promise<CliRun> {
  const { athena, s3 } = endpoint;
  return runCli([
    "report",
    name,
    "--format",
    "csv",
    "--engine",
    "athena",
    "--athena-region",
    "eu-west-1",
    "--athena-database",
    "spillway",
    "--athena-endpoint",
    athena.endpoint,
    "--athena-s3-endpoint",
    s3.endpoint,
    ...more,
  ]);
}

async function leftovers(): Promise<unknown[]> {
  return await plainRows(
    endpoint.connection,
    "select table_name from information_schema.tables where table_name like 'spillway_tmp%'",
  );
}

/** One for each relation that a report may read; test/trino has them all. */
const reports = ["spillover-by-principal", "boundary-violations", "coverage", "unobservable"].map((name) =>
  findReport(loadCatalogue(), name),
);

describe("a table that is there already", () => {
  it.each(reports)("gives the same $name as tables that were set up", async ({ name, needsBoundary }) => {
    const boundary = needsBoundary ? ["--boundary", "eu"] : [];
    const wanted = await report(name, ...boundary);
    const run = await report(name, "--athena-table", "cloudtrail_logs", ...boundary);
    expect(run.stderr).toMatch(/^Athena scanned [\d.]+ [MG]B in \d queries: about \$0\.00/);
    expect(run.stdout).toBe(wanted.stdout);
    expect(run.code).toBe(0);
    expect(await leftovers()).toEqual([]);
  });

  it.each(["logs_of_2021", "spillway.console_table"])("may be %s: other partitions, fewer columns", async (table) => {
    const wanted = await report("spillover-by-region");
    expect((await report("spillover-by-region", "--athena-table", table)).stdout).toBe(wanted.stdout);
  });

  it.each([
    ["cloudtrail_logs", `t."timestamp" >= '2026/09/04'\n  and t."timestamp" <= '2026/09/09'`],
    ["logs_of_2021", `t."year" || '/' || t."month" || '/' || t."day" >= '2026/09/04'`],
  ])("reads only the days that it needs of %s", async (table, condition) => {
    const scope = ["--from", "2026-09-05", "--to", "2026-09-07"];
    const wanted = await report("spillover-by-region", ...scope);
    const run = await report("spillover-by-region", "--athena-table", table, ...scope);
    expect(run.stdout).toBe(wanted.stdout);
    expect(run.stderr).not.toContain("warning");
    const [made] = endpoint.athena.queries.filter(({ sql }) => /^CREATE TABLE \S+_event\b/.test(sql)).slice(-1);
    expect(made?.sql).toContain(condition);
  });

  it("says when all of it is read whatever the days", async () => {
    const run = await report("spillover-by-region", "--athena-table", "console_table", "--from", "2026-09-05");
    expect(run.stderr).toContain("warning: the partitions of console_table do not say how they write days");
    expect(run.code).toBe(0);
  });

  it("reads the logs once for the whole overview, and once for the files", async () => {
    const before = endpoint.athena.queries.length;
    const { athena, s3 } = endpoint;
    const run = await runCli([
      "report",
      "--engine",
      "athena",
      "--athena-region",
      "eu-west-1",
      "--athena-table",
      "spillway.cloudtrail_logs",
      "--athena-endpoint",
      athena.endpoint,
      "--athena-s3-endpoint",
      s3.endpoint,
    ]);
    expect(run.code).toBe(0);
    const made = endpoint.athena.queries.slice(before).map(({ sql }) => sql);
    expect(made.filter((sql) => sql.includes('"spillway"."cloudtrail_logs"'))).toHaveLength(2);
    expect(made.filter((sql) => sql.startsWith("CREATE TABLE"))).toHaveLength(5);
    expect(made.filter((sql) => sql.startsWith("DROP TABLE"))).toHaveLength(5);
    expect(Math.max(...made.map((sql) => Buffer.byteLength(sql)))).toBeLessThan(262_144);
  });

  it("cleans up after a failure", async () => {
    const before = endpoint.athena.options;
    endpoint.athena.options = {
      ...before,
      behaviour: (sql) =>
        /^CREATE TABLE \S+_invocation\b/.test(sql) ? { fails: "GENERIC_INTERNAL_ERROR: no" } : undefined,
    };
    const run = await report("denials", "--athena-table", "cloudtrail_logs");
    endpoint.athena.options = before;
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("error: invocation for denials failed on Athena");
    expect(await leftovers()).toEqual([]);
  });

  it.each([
    ["nowhere", [], "Athena has no table nowhere in the database spillway", 2],
    ["other", [], "spillway.other is not a table of CloudTrail records", 2],
    ["injected", [], "wants every query to name accounts", 2],
    ["a.b.c.d", [], "is not a name of a table", 2],
  ])("refuses %s", async (table, more, said, code) => {
    const run = await report("denials", "--athena-table", table, ...more);
    expect(run.stderr).toContain(said);
    expect(run.code).toBe(code);
  });

  it("names the accounts where the table wants it", async () => {
    const run = await report("spillover-by-region", "--athena-table", "injected", "--account", "111122223333");
    expect(run.code).toBe(0);
    expect(endpoint.athena.queries.find(({ sql }) => sql.includes("t.account in ('111122223333')"))).toBeDefined();
  });
});

describe("--max-scan before anything is read", () => {
  it("lists the log files of the days and does not start", async () => {
    const before = endpoint.athena.queries.length;
    const run = await report("denials", "--athena-table", "cloudtrail_logs", "--max-scan", "1KB");
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /error: denials was not started: the log files of these days have at least [\d.]+ [KM]B; --max-scan allows 1\.0 KB/,
    );
    expect(endpoint.athena.queries.slice(before)).toEqual([]);
  });

  it("counts a file as often as it is read", async () => {
    const run = await report(
      "unobservable",
      "--athena-table",
      "cloudtrail_logs",
      "--max-scan",
      String(Math.round(logBytes * 1.5)),
    );
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(", read 2 times; --max-scan allows");
  });

  it("goes on when they are few enough", async () => {
    const run = await report(
      "denials",
      "--athena-table",
      "cloudtrail_logs",
      "--max-scan",
      "1GB",
      "--from",
      "2026-09-05",
      "--to",
      "2026-09-06",
    );
    expect(run.stderr).toMatch(/the log files of these days have [\d.]+ [KM]B\n/);
    expect(run.code).toBe(0);
  });
});
