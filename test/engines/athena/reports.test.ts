/** The proof that every report through `--engine athena` is what DuckDB makes of the same logs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { writeDemoOrganization } from "../../../src/demo/organization.ts";
import { openAthena } from "../../../src/engines/athena/engine.ts";
import { loadCatalogue } from "../../../src/report/catalogue.ts";
import { plainRows as resultRows } from "../../../src/engines/result.ts";
import { applyScope } from "../../../src/sql/scope.ts";
import { loggedBytes } from "../../../src/ingest/sources/s3/logged-bytes.ts";
import { silentLogger } from "../../../src/log.ts";
import { readLogs } from "../../demo/read-trail.ts";
import {
  type AthenaEndpoint,
  fillDatabase,
  optionsFor,
  resultBucket,
  scannedBytes,
  startEndpoint,
} from "../../support/athena-endpoint.ts";
import { type CliRun, runCli } from "../../support/run-cli.ts";
import { useTestCredentials } from "../../support/s3-trail.ts";
import { temporaryFolder } from "../../support/temp-folder.ts";
import { plainRows } from "./raw-records.ts";

const folder = temporaryFolder();
const warehouse = join(folder, "warehouse.duckdb");
let endpoint: AthenaEndpoint;

/** The logs end on the day before: what was listed later than that is known to the warehouse alone. */
const dayAfter = "2026-09-15T06:00:00Z";

beforeAll(async () => {
  const logs = join(folder, "logs");
  await writeDemoOrganization(logs);
  const ingested = await runCli(["ingest", logs, "--warehouse", warehouse], {}, dayAfter);
  if (ingested.code !== 0) throw new Error(ingested.stderr);
  endpoint = await startEndpoint();
  const delivered = readLogs(logs).flatMap(({ key, records }) =>
    records.map((record) => ({ record, uri: `s3://trail/${key}` })),
  );
  await fillDatabase(endpoint.connection, delivered);
});

beforeEach(useTestCredentials);

afterAll(async () => await endpoint[Symbol.asyncDispose]());

/** Of invocation logs no table of raw logs knows anything. */
const reports = [...loadCatalogue().values()].filter(({ name }) => name !== "invocation-log-gaps");

function flags(more: readonly string[] = []): string[] {
  const { athena, s3 } = endpoint;
  return [
    "--engine",
    "athena",
    "--athena-region",
    "eu-west-1",
    "--athena-endpoint",
    athena.endpoint,
    "--athena-s3-endpoint",
    s3.endpoint,
    "--athena-database",
    "spillway",
    ...more,
  ];
}

const cli = (...args: string[]): Promise<CliRun> => runCli(args, { AWS_REGION: "eu-west-1" });

describe("every report through Athena", () => {
  it.each(reports)("$name has the rows, types and order of DuckDB", async (report) => {
    const engine = openAthena(optionsFor(endpoint), {
      env: {},
      log: silentLogger,
      now: () => new Date(0),
      loggedBytes,
    });
    const scope = {
      from: new Date("2026-09-02T06:00:00Z"),
      ...(report.needsBoundary ? { boundary: ["eu-central-1", "eu-west-1"] } : {}),
    };
    for (const covered of [scope, { boundary: scope.boundary }]) {
      const sql = applyScope(report.sql, covered, engine.qualify);
      const rows = await resultRows(await engine.run(sql, undefined, report.name));
      const wanted = await plainRows(endpoint.connection, sql);
      expect(rows.length).toBeGreaterThan(0);
      expect(
        rows.map((row) =>
          Object.fromEntries(
            Object.entries(row).map(([name, value]) => [name, typeof value === "bigint" ? Number(value) : value]),
          ),
        ),
      ).toEqual(wanted);
    }
    await engine.close();
  });

  // The ledger of the warehouse knows of files that are empty or broken; a table of records cannot.
  const different = ["coverage", "unobservable", "claims"];
  const alike = reports.filter(({ name }) => !different.includes(name));

  it("does not show what the engine cannot know", async () => {
    const weeks = ["--from", "2026-09-08", "--to", "2026-09-14"];
    const claims = ["report", "claims", "--boundary", "us", "--format", "json", ...weeks, ...flags()];
    const { stdout } = await cli(...claims, "--account", "111122223333", "--region", "eu-central-1");
    // our own JSON
    const rows = JSON.parse(stdout) as Record<string, string>[];
    expect(rows.map(({ claim, outcome }) => [claim, outcome])).toEqual([
      ["inside-boundary", "not met"],
      ["complete", "not shown"],
      ["unaltered", "not shown"],
      ["regions-known", "met"],
    ]);
    expect(rows[1]?.["missing"]).toBe("what was listed, or which accounts and Regions are expected");
  });

  it.each(alike)("$name is byte for byte the local warehouse's", async ({ name, needsBoundary }) => {
    const boundary = needsBoundary ? ["--boundary", "eu"] : [];
    const local = await cli("report", name, "--warehouse", warehouse, "--format", "csv", ...boundary);
    const remote = await cli("report", name, "--format", "csv", ...boundary, ...flags());
    // drift says beside it what it had no documents for
    expect(remote.stderr.replaceAll(/^no (?:boundary|bundle) is named.*\n/gm, "")).toMatch(
      /^Athena scanned 123\.5 MB in 1 query: about \$0\.00062 at \$5 per TB; engine time 0\.4 s\n$/,
    );
    expect(remote.code).toBe(0);
    expect(remote.stdout.split("\n").length).toBeGreaterThan(2);
    expect(remote.stdout).toBe(local.stdout);
  });

  it("prints the overview", async () => {
    const run = await cli("report", "--boundary", "eu", ...flags());
    expect(run.stderr).toMatch(/^Athena scanned 864\.2 MB in 7 queries: about \$0\.0043/);
    const local = await cli("report", "--boundary", "eu", "--warehouse", warehouse);
    expect(run.stdout.split("\n").slice(0, 12)).toEqual(local.stdout.split("\n").slice(0, 12));
  });

  it("writes Parquet, and says that people cannot be protected there", async () => {
    const file = join(folder, "out.parquet");
    const parquet = ["report", "spillover-by-principal", "--format", "parquet", "--output", file, ...flags()];
    const refused = await cli(...parquet, "--drop-personal");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("personal data cannot be protected on athena");
    expect((await cli(...parquet)).code).toBe(0);
    expect(readFileSync(file).subarray(0, 4).toString()).toBe("PAR1");
  });
});

describe("what a query may cost", () => {
  it("shows a price of one's own, and a result that is taken again", async () => {
    await cli("report", "denials", ...flags(["--athena-reuse", "30", "--athena-price", "9"]));
    const run = await cli("report", "denials", ...flags(["--athena-reuse", "30", "--athena-price", "9"]));
    expect(run.stderr).toBe(
      "Athena scanned 0 bytes in 1 query, 1 of them answered from an earlier result: about $0.00 at $9 per TB; engine time 0.4 s\n",
    );
  });

  it("says when the workgroup does not hold the limit itself", async () => {
    const run = await cli("report", "denials", ...flags(["--max-scan", "1GB"]));
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("warning: the workgroup primary has no limit of its own for a query");
  });

  it("is quiet when it does, and stops there", async () => {
    const before = endpoint.athena.options;
    endpoint.athena.options = {
      ...before,
      workgroups: { primary: { output: `s3://${resultBucket}/r/`, cutoffBytes: 100_000_000 } },
    };
    const run = await cli("report", "denials", ...flags(["--max-scan", "1GB"]));
    endpoint.athena.options = before;
    expect(run.code).toBe(1);
    expect(run.stderr).not.toContain("warning");
    expect(run.stderr).toContain("error: denials was stopped by the workgroup's limit of bytes scanned");
  });

  it("stops a query that reads too much", async () => {
    const before = endpoint.athena.options;
    endpoint.athena.options = { ...before, behaviour: () => ({ endless: true, scanned: [1e8, 2e9] }) };
    const run = await cli("report", "denials", ...flags(["--max-scan", "1GB"]));
    endpoint.athena.options = before;
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      "error: denials was stopped: Athena has scanned 2,000,000,000 bytes, more than --max-scan allows (1,000,000,000)",
    );
    expect(run.stderr).toMatch(/Athena scanned 2\.0 GB in 1 query: about \$0\.01/);
    expect(endpoint.athena.queries.at(-1)?.state).toBe("CANCELLED");
  });

  it("counts all queries of a command together", async () => {
    const run = await cli("report", ...flags(["--max-scan", String(2 * scannedBytes)]));
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      "error: denials was not started: 246.9 MB are scanned, and --max-scan allows 246.9 MB",
    );
  });
});

describe("names", () => {
  it("takes a table of another name for a relation", async () => {
    await endpoint.connection.run(
      "create or replace table main.my_days as select * from spillway.invocation_day where outcome = 'served'",
    );
    const run = await cli(
      "report",
      "denials",
      "--format",
      "csv",
      ...flags(["--relation", "invocation_day=main.my_days"]),
    );
    expect(run.code).toBe(0);
    expect(run.stdout.trim().split("\n")).toHaveLength(1);
    const scoped = await cli(
      "report",
      "denials",
      "--format",
      "csv",
      "--from",
      "2026-09-01",
      ...flags(["--relation", "invocation_day=main.my_days"]),
    );
    expect(scoped.code).toBe(0);
  });

  it.each([
    [["--athena-workgroup", "a"], "--athena-workgroup is for athena, and the engine is duckdb"],
    [["--trino-url", "http://x"], "--trino-url is for trino, and the engine is duckdb"],
    [["--max-scan", "1GB"], "--max-scan is for athena"],
    [["--engine", "trino"], "--engine trino needs the address of a server"],
    [["--engine", "athena", "--max-scan", "much"], "Write it as 10GB"],
    [["--engine", "athena", "--relation", "event"], "Write NAME=TABLE"],
    [["--engine", "athena", "--athena-database", "d", "--relation", "event=a;b"], "is not a name of a table"],
    [["--engine", "spark"], "Allowed choices are duckdb, athena, trino"],
  ])("refuses %j", async (args, said) => {
    const run = await cli("report", "denials", ...args);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(said);
  });

  it("says a missing table with the report's name, the line and what to do", async () => {
    const run = await cli("report", "denials", ...flags(["--relation", "invocation_day=nowhere"]));
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^error: denials failed on Athena at line 1, column \d+: TABLE_NOT_FOUND/);
    expect(run.stderr).toContain("--athena-database");
  });
});
