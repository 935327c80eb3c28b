/** The proof that what `spillway athena sql` prints, run as it stands, answers what the local warehouse answers. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { DuckDBConnection } from "duckdb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeDemoOrganization } from "../../../src/demo/organization.ts";
import { countReads } from "../../../src/sql/reads.ts";
import { longestStatement } from "../../../src/engines/athena/report-statement.ts";
import { loadCatalogue } from "../../../src/report/catalogue.ts";
import { keysOf, readLogs } from "../../demo/read-trail.ts";
import { openDatabase } from "../../support/athena-endpoint.ts";
import { type DeliveredRecord, createHiveTable, fillHiveTable } from "../../support/hive-table.ts";
import { runCli } from "../../support/run-cli.ts";
import { temporaryFolder } from "../../support/temp-folder.ts";
import { plainRows, query } from "./raw-records.ts";
import { foreignTables } from "./foreign-tables.ts";
import { tabled } from "./tabled.ts";

const folder = temporaryFolder();
let warehouse: string;
let duck: DuckDBConnection;
let delivered: DeliveredRecord[];

/** The logs end on the day before: what was listed later than that is known to the warehouse alone. */
const dayAfter = "2026-09-15T06:00:00Z";

beforeAll(async () => {
  const logs = join(folder, "logs");
  await writeDemoOrganization(logs);
  // One broken file fails a query of Athena's as a whole.
  for (const key of keysOf(logs)) if (key.includes("TruncatedFile")) rmSync(join(logs, key));
  warehouse = join(folder, "spillway.duckdb");
  const run = await runCli(["ingest", logs, "--warehouse", warehouse], {}, dayAfter);
  expect(run.code, run.stderr).toBe(0);
  delivered = readLogs(logs).flatMap(({ key, records }) =>
    records.map((record) => ({ record: tabled(record), uri: `s3://logs/${key}` })),
  );
  duck = await openDatabase();
  const ddl = query("athena/table.sql")
    .replaceAll("{{database}}", "spillway")
    .replaceAll("{{table}}", "cloudtrail_log");
  await fillHiveTable(duck, await createHiveTable(duck, ddl), delivered);
}, 120_000);

afterAll(() => duck.closeSync());

/** What the command prints, and its rows. */
async function printed(args: readonly string[]): Promise<{ sql: string; rows: Record<string, unknown>[] }> {
  const run = await runCli(["athena", "sql", ...args]);
  expect(run.code, run.stderr).toBe(0);
  expect(run.stderr).toContain("bytes of the 262,144 that Athena takes");
  return { sql: run.stdout, rows: await plainRows(duck, run.stdout) };
}

async function local(args: readonly string[]): Promise<unknown[]> {
  const run = await runCli(["report", ...args, "--warehouse", warehouse, "--format", "json"]);
  expect(run.code, run.stderr).toBe(0);
  // our own JSON format: an array of objects; its times are texts
  const rows = JSON.parse(run.stdout) as Record<string, unknown>[];
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        /_(?:seen|time|at)$|^bucket$|^newest_|^first_via_/.test(name) ? time(value) : value,
      ]),
    ),
  );
}

function time(value: unknown): unknown {
  return typeof value === "string" ? Date.parse(value) : value;
}

const boundary = (report: { needsBoundary: boolean }): string[] => (report.needsBoundary ? ["--boundary", "eu"] : []);

describe("the printed statement", () => {
  // who listed what is known to the warehouse alone, and invocation logs are read there alone
  const alike = [...loadCatalogue().values()].filter(({ name }) => !["claims", "invocation-log-gaps"].includes(name));
  it.each(alike)("answers $name as the warehouse does", async (report) => {
    const args = [report.name, ...boundary(report)];
    const { rows } = await printed(args);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows).toEqual(await local(args));
  });

  it.each(alike.filter(({ name }) => name !== "unobservable"))("answers $name within a scope", async (report) => {
    const scope = ["--from", "2026-09-05", "--to", "2026-09-09T12:00:00Z", "--account", "111122223333,222233334444"];
    const args = [report.name, ...scope, ...boundary(report)];
    const { sql, rows } = await printed(args);
    // what was there before the range is in any log file before it
    if (["first-seen", "peaks"].includes(report.name)) expect(sql).not.toContain(`t."day" >=`);
    else expect(sql).toContain(`t."day" >= '2026/09/04'`);
    expect(sql).toContain(`t."day" <= '2026/09/12'`);
    expect(rows).toEqual(await local(args));
  });

  it("says what it reads", async () => {
    const { sql } = await printed(["denials", "--from", "2026-09-05", "--region", "eu-central-1"]);
    const lines = sql.split("\n").filter((line) => line.startsWith("--"));
    expect(lines.slice(0, 4)).toEqual([
      expect.stringMatching(/^-- Spillway \S+: Denials$/),
      "-- Who was denied, in which Region, and by what kind of policy?",
      "-- Scope: from 2026-09-05T00:00:00.000Z; Regions eu-central-1",
      "-- Reads the log files of spillway.cloudtrail_log delivered from 2026-09-04.",
    ]);
    const said = /It reads them up to (\d+) times/.exec(sql)?.[1];
    expect(Number(said)).toBe(countReads(sql, "cloudtrail_record"));
    expect(Number(said)).toBeGreaterThan(5);
  });

  it("is refused when it is longer than Athena takes", async () => {
    const accounts = Array.from({ length: 12_000 }, (_, n) => String(100_000_000_000 + n)).join(",");
    const run = await runCli(["athena", "sql", "denials", "--account", accounts]);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/the statement has [\d,]+ bytes; Athena takes 262,144/);
    expect(run.stdout).toBe("");
  });

  it("fits for every report", async () => {
    for (const report of loadCatalogue().values()) {
      const run = await runCli(["athena", "sql", report.name, ...boundary(report)]);
      expect(Buffer.byteLength(run.stdout)).toBeLessThan(longestStatement);
    }
  });
});

describe("a table that is there already", () => {
  it.each(foreignTables)("$what", async ({ ddl, name, flags }) => {
    const table = await createHiveTable(duck, ddl);
    await fillHiveTable(duck, table, delivered);
    const scope = ["--from", "2026-09-05", "--to", "2026-09-09"];
    for (const report of ["spillover-by-principal", "coverage", "denials"]) {
      const { rows } = await printed([report, "--athena-table", name, ...flags, ...scope]);
      expect(rows, report).toEqual(await local([report, ...scope]));
    }
    await duck.run(`drop table ${name}`);
  });

  it.each([
    [["--athena-table", "a.b.c.d"], "is not a name of a table"],
    [["--athena-table", "a'; drop table x"], "is not a name of a table"],
    [["--day-column", "year,month"], "names no columns of the delivery day"],
    [["--table-lacks", "eventid"], "the column eventid cannot be missing"],
    [["--table-lacks", "colour"], "the column colour cannot be missing"],
  ])("refuses %j", async (flags, message) => {
    const run = await runCli(["athena", "sql", "denials", ...flags]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(message);
  });
});

describe("countReads", () => {
  it("counts through CTEs, and through those within them", () => {
    const sql = `WITH a AS (SELECT * FROM raw), b (x) AS (WITH a AS (SELECT 1) SELECT * FROM a JOIN raw ON true), c AS (SELECT * FROM a JOIN a AS o ON true)
      SELECT raw FROM c JOIN (WITH d AS (SELECT * FROM c) SELECT * FROM d) AS q ON true JOIN b ON true -- from raw`;
    expect(countReads(sql, "raw")).toBe(5);
  });
});
