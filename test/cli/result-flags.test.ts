/** The proof of the flags of results: a file that says what it is, limits, and the description of a report. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "@uwdata/flechette";
import { parquetMetadata } from "hyparquet";
import { beforeAll, expect, it } from "vitest";
import { writeDemoOrganization } from "../../src/demo/organization.ts";
import { loadCatalogue } from "../../src/report/catalogue.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

const root = temporaryFolder();
const at = (name: string): string => join(root, name);
const warehouse = at("w.duckdb");

beforeAll(async () => {
  await writeDemoOrganization(at("logs"));
  expect((await runCli(["ingest", at("logs"), "--warehouse", warehouse])).code).toBeLessThanOrEqual(4);
}, 120_000);

const report = async (...args: readonly string[]): ReturnType<typeof runCli> =>
  await runCli(["report", ...args, "--warehouse", warehouse]);

interface Described {
  readonly report: string | null;
  readonly scope: Readonly<Record<string, unknown>>;
  readonly boundary: { readonly name: string; readonly regions: readonly string[] } | null;
  readonly claims: readonly { readonly claim: string; readonly outcome: string }[] | null;
  readonly run_id: string | null;
}

it("an envelope tells an export without rows from a clean month", async () => {
  const run = await report(
    "denials",
    "--from",
    "2019-01-01",
    "--to",
    "2019-02-01",
    "--boundary",
    "eu",
    "--format",
    "json",
    "--envelope",
  );
  const { spillway, rows } = JSON.parse(run.stdout) as { spillway: Described; rows: unknown[] }; // checked below
  expect(rows).toEqual([]);
  expect(spillway).toMatchObject({ report: "denials", scope: { from: "2019-01-01T00:00:00.000Z" } });
  expect(spillway.boundary?.name).toBe("eu");
  expect(spillway.claims?.map(({ claim }) => claim)).toContain("inside-boundary");
  expect(spillway.claims?.map(({ outcome }) => outcome)).not.toContain("met");
  expect(spillway.run_id).not.toBeNull();
});

it("the rows in an envelope are those without one", async () => {
  const plain = await report("spillover-by-region", "--format", "json");
  const framed = await report("spillover-by-region", "--format", "json", "--envelope");
  const { rows, spillway } = JSON.parse(framed.stdout) as { rows: unknown; spillway: Described }; // checked below
  expect(rows).toEqual(JSON.parse(plain.stdout));
  // nothing can be said of a boundary that nobody named
  expect(spillway.claims?.map(({ claim }) => claim)).not.toContain("inside-boundary");
  expect((await report("denials", "--format", "csv", "--envelope")).code).toBe(2);
});

it.each(["parquet", "arrow"])("a file's name says %s, and the file what it is", async (extension) => {
  const file = at(`x.${extension}`);
  expect((await report("spillover-by-region", "--boundary", "eu", "--output", file)).code).toBe(0);
  const bytes = readFileSync(file);
  const entries =
    extension === "parquet"
      ? new Map(parquetMetadata(new Uint8Array(bytes).buffer).key_value_metadata?.map(({ key, value }) => [key, value]))
      : tableFromIPC(bytes).schema.metadata;
  const said = JSON.parse(entries?.get("spillway") ?? "null") as Described; // checked below
  expect(said).toMatchObject({ report: "spillover-by-region", boundary: { name: "eu" } });
  expect(said.claims?.length).toBeGreaterThan(2);
});

it("limits say that they were reached", async () => {
  const few = await runCli([
    "query",
    "from range(9) t(n)",
    "--warehouse",
    warehouse,
    "--max-rows",
    "2",
    "--format",
    "csv",
  ]);
  expect(few).toMatchObject({ code: 0, stdout: "n\n0\n1\n" });
  expect(few.stderr).toContain("warning: stopped after 2 rows, as --max-rows says: there may be more");
  const endless = "select count(*) from range(100000000) a, range(1000) b where hash(a.range + b.range) = 1";
  const late = await runCli(["query", endless, "--warehouse", warehouse, "--timeout", "1"]);
  expect(late).toMatchObject({ code: 1, stdout: "" });
  expect(late.stderr).toMatch(/^error: stopped after 1 s, as --timeout says\n/);
});

it("a control character in SQL reaches the terminal by no way", async () => {
  const run = await runCli(["query", "select '\u001B[2J\u009B31m' from nowhere", "--warehouse", warehouse]);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(String.raw`\u001b[2J`);
  // oxlint-disable-next-line no-control-regex -- what must not be there
  expect(run.stderr).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/);
});

it.each([...loadCatalogue().keys()])("%s describes each of its columns", async (name) => {
  const run = await runCli(["report", name, "--describe"]);
  expect(run.code).toBe(0);
  const report = loadCatalogue().get(name);
  expect(run.stdout).toContain(report?.answers);
  expect(run.stdout).toContain(report?.sql.slice(-80));
  for (const column of report?.columns ?? []) expect(run.stdout).toContain(`  ${column.doc}\n`);
  expect(run.stdout).not.toMatch(/^\w+ +(?:hugeint|decimal|json) /m);
});
