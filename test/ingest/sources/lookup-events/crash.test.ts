/** Three Regions' event histories, killed and stopped on the way: the tables of an undisturbed run, and no committed page fetched again. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CloudTrailServer } from "../../../support/cloudtrail-server.ts";
import { account, lookupEnvironment, makeHistory, startHistory } from "../../../support/event-history.ts";
import { type CliRun, queryRows } from "../../../support/run-cli.ts";
import { spawnCli } from "../../../support/spawn-cli.ts";
import { temporaryFolder } from "../../../support/temp-folder.ts";
import { contentsOf } from "../../../support/warehouse-contents.ts";

const root = temporaryFolder();
const regions = ["eu-central-1", "eu-west-1", "us-east-1"];
const eventsEach = 1000;
let server: CloudTrailServer;
let expected: Awaited<ReturnType<typeof contentsOf>>;

const argsFor = (warehouse: string): readonly string[] => {
  const source = [`lookup-events:${regions.join(",")}`, "--cloudtrail-endpoint", server.endpoint];
  return ["ingest", ...source, "--warehouse", warehouse, "--threads", "1"];
};

beforeAll(async () => {
  server = await startHistory();
  const newest = new Date(Date.now() - 3_600_000);
  for (const region of regions)
    server.add(account, region, makeHistory({ region, count: eventsEach, newest, everySeconds: 900 }));
  const warehouse = join(root, "undisturbed.duckdb");
  const run = await spawnCli(argsFor(warehouse), { env: lookupEnvironment(server) }).ended;
  expect(run.stderr).toContain(
    `events    ${(3 * eventsEach).toLocaleString("en-US")} Bedrock = 3,000 new + 0 duplicates`,
  );
  expect(run.code).toBe(0);
  expected = await contentsOf(warehouse);
}, 120_000);
afterAll(() => server[Symbol.asyncDispose]());

/** What is committed: of a run that was killed it stands in the working file. */
async function committed(warehouse: string): Promise<ReadonlySet<string>> {
  const work = `${warehouse}.work`;
  const file = existsSync(work) ? work : warehouse;
  if (!existsSync(file)) return new Set();
  const tables = await queryRows(file, "select 1 as one from duckdb_tables() where table_name = 'event'");
  // Killed before there was a schema.
  if (tables.length === 0) return new Set();
  const rows = await queryRows(file, "select event_id from event");
  return new Set(rows.map((row) => String(row["event_id"])));
}

/** Runs until so many pages were served in it, then sends the signal; without one it runs to its end. */
async function runUntil(
  warehouse: string,
  pages: number,
  signal?: NodeJS.Signals,
): Promise<CliRun & { readonly signal: NodeJS.Signals | null }> {
  const before = await committed(warehouse);
  const from = server.pages.length;
  const { child, ended } = spawnCli(argsFor(warehouse), { env: lookupEnvironment(server) });
  if (signal !== undefined) {
    while (child.exitCode === null && server.pages.length < from + pages) await sleep(20);
    child.kill(signal);
  }
  const run = await ended;
  const again = server.pages.slice(from).flatMap(({ ids }) => ids.filter((id) => before.has(id)));
  expect(again).toEqual([]);
  return run;
}

it("kill -9 early, kill -9 after a commit, SIGINT, then to the end", { timeout: 240_000 }, async () => {
  const warehouse = join(root, "disturbed.duckdb");
  expect((await runUntil(warehouse, 6, "SIGKILL")).signal).toBe("SIGKILL");

  // Far enough that the pages of the first seconds are committed.
  expect((await runUntil(warehouse, 40, "SIGKILL")).signal).toBe("SIGKILL");
  const afterKill = (await committed(warehouse)).size;
  expect(afterKill).toBeGreaterThan(0);
  expect(afterKill).toBeLessThan(3 * eventsEach);

  const stopped = await runUntil(warehouse, 6, "SIGINT");
  expect(stopped.signal).toBeNull();
  expect(stopped.code).toBe(1);
  expect(stopped.stderr).toContain("going on at ");
  expect(stopped.stderr).toContain("stopped before everything was read; what was read is committed and published");
  const [published] = await queryRows(warehouse, "select count(*) as n from event");
  expect(published?.["n"]).toBeGreaterThan(afterKill);

  const last = await runUntil(warehouse, 0);
  expect(last.stderr).toContain("0 duplicates");
  expect(last.code).toBe(0);
  expect(await contentsOf(warehouse)).toEqual(expected);
});
