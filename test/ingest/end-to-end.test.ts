/** The whole pipeline over the made-up organization, against its own books and against DuckDB's read_json. */
import { cpSync, readdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { writeDemoOrganization } from "../../src/demo/organization.ts";
import { folderSource } from "../../src/ingest/sources/folder.ts";
import { ingest } from "../../src/ingest/ingest.ts";
import { identities } from "../../src/ingest/summary.ts";
import { type DemoSummary, summarize } from "../demo/summary.ts";
import { queryRows, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { readJsonOracle } from "./read-json-oracle.ts";

const folder = temporaryFolder();
const logs = join(folder, "logs");
const warehouse = join(folder, "w.duckdb");
let books: DemoSummary;

beforeAll(async () => {
  books = summarize(await writeDemoOrganization(logs));
  await ingest({ warehouse, sources: [folderSource(logs)], threads: 2 });
});

const tables = ["event", "event_variant", "invocation", "trail_object", "quarantine", "first_completion"];

/** All rows of the tables without what names a run or a moment. */
async function contents(file: string): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  for (const table of tables) {
    const left =
      table === "trail_object" ? "exclude (run_id, loaded_at)" : table === "quarantine" ? "exclude (run_id)" : "";
    all[table] = await queryRows(file, `select * ${left} from ${table} order by all`);
  }
  return all;
}

describe("the organization's books", () => {
  it("agree with every invocation in the warehouse", async () => {
    const columns = Object.keys(books.invocations[0] ?? {});
    const rows = await queryRows(warehouse, `select ${columns.join(", ")} from invocation order by invocation_key`);
    const expected = books.invocations
      .map((invocation) => ({ ...invocation, event_time: new Date(invocation.event_time).toISOString() }))
      .toSorted((a, b) => (a.invocation_key < b.invocation_key ? -1 : 1));
    const comparable = rows.map((row) => ({ ...row, event_time: new Date(String(row["event_time"])).toISOString() }));
    expect(comparable).toEqual(expected);
  });

  it("agree with the objects and records of the run", async () => {
    const [run] = await queryRows(warehouse, "from run");
    expect(run).toMatchObject({
      objects_listed: books.objects.listed,
      objects_loaded: books.objects.loaded,
      objects_skipped: books.objects.skipped.length,
      objects_quarantined: books.objects.quarantined.length,
      records: books.records.read,
      bedrock_events: books.records.bedrock,
      new_events: books.records.newEvents,
      duplicates: books.records.duplicates,
      other: books.records.other,
      rejected: 0,
    });
  });

  it("agree with the report by Region", async () => {
    const rows = await queryRows(warehouse, "from spillover_by_region");
    const expected = books.regions.map((row) => ({ ...row }));
    const keyOf = (row: Record<string, unknown>): string =>
      `${String(row["source_region"])}>${String(row["served_region"])}`;
    const picked = rows.map(({ source_region, served_region, invocations, via_profile, spilled }) => ({
      source_region,
      served_region,
      invocations,
      via_profile,
      spilled,
    }));
    expect(picked.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))).toEqual(
      expected.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    );
  });

  it("agree with the denials", async () => {
    const rows = await queryRows(
      warehouse,
      "select source_region, denied_region, denied_by, cast(sum(invocations) as integer) as invocations from denials group by all order by all",
    );
    const sorted = books.denials.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    expect(rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))).toEqual(sorted);
  });
});

it("DuckDB's read_json over the raw files finds the same spillover", async () => {
  const mine = await queryRows(
    warehouse,
    "select source_region, served_region, count(*) as n from invocation where outcome = 'served' and region_evidence in ('api-call', 'stream-completion') group by all order by all",
  );
  expect(mine.length).toBeGreaterThan(5);
  expect(await readJsonOracle(logs)).toEqual(mine);
});

describe("running it again", () => {
  it("reads nothing and publishes nothing", async () => {
    const before = statSync(warehouse).mtimeMs;
    const summary = await ingest({ warehouse, sources: [folderSource(logs)] });
    expect(summary.published).toBe(false);
    expect(summary.counts).toMatchObject({ objectsKnown: books.objects.listed, objectsLoaded: 0, records: 0 });
    expect(identities(summary.counts).every((identity) => identity.holds)).toBe(true);
    expect(statSync(warehouse).mtimeMs).toBe(before);
  });

  it("in another order and in pieces ends in the same tables", async () => {
    const pieces = join(folder, "pieces");
    const other = join(folder, "other.duckdb");
    cpSync(logs, pieces, { recursive: true, preserveTimestamps: true });
    const account = join(pieces, "AWSLogs", "o-exampleorg1");
    const names = readdirSync(account).toReversed();
    for (const name of names) renameSync(join(account, name), join(folder, `held-${name}`));
    for (const name of names) {
      renameSync(join(folder, `held-${name}`), join(account, name));
      await ingest({ warehouse: other, sources: [folderSource(pieces)], threads: 1 });
    }
    const moved = JSON.stringify(await contents(other)).replaceAll(`${folder}/pieces/`, `${folder}/logs/`);
    expect(JSON.parse(moved)).toEqual(JSON.parse(JSON.stringify(await contents(warehouse))));
  });
});

it("prints an overview that names what could not be seen", async () => {
  const run = await runCli(["report", "--warehouse", warehouse, "--boundary", "eu"]);
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("What could not be seen");
  expect(run.stdout).toContain("Boundary eu");
});
