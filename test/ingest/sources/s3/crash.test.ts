/** Faults on 5 % of the requests and kill -9 at random moments: the tables of a calm run, nothing fetched after its commit. */
import { readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { type ChildProcess, spawn } from "node:child_process";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeDemoOrganization } from "../../../../src/demo/organization.ts";
import { queryRows } from "../../../support/run-cli.ts";
import { type Fault, S3Server } from "../../../support/s3-server.ts";
import { useTestCredentials } from "../../../support/s3-trail.ts";
import { temporaryFolder } from "../../../support/temp-folder.ts";
import { contentsOf } from "../../../support/warehouse-contents.ts";

const kills = 6;
const folder = temporaryFolder();
const script = fileURLToPath(new URL("./ingest-child.ts", import.meta.url));
const faults: readonly Fault[] = [
  { type: "error", status: 503, code: "SlowDown" },
  { type: "error", status: 500, code: "InternalError" },
  { type: "reset" },
  { type: "truncate" },
];
let server: S3Server;

beforeAll(async () => {
  useTestCredentials();
  const logs = join(folder, "logs");
  await writeDemoOrganization(logs);
  server = await S3Server.start();
  for (const name of readdirSync(logs, { recursive: true, encoding: "utf8" })) {
    const path = join(logs, name);
    if (statSync(path).isFile()) server.put(relative(logs, path), readFileSync(path));
  }
});
afterAll(() => server[Symbol.asyncDispose]());

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<number | string>;
  /** Its first commit of objects. */
  readonly committed: Promise<unknown>;
}

function start(warehouse: string): Run {
  const args = ["--import", "tsx", script, server.endpoint, server.bucket, warehouse];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const committed = new Promise((done) => child.stdout.once("data", done));
  const ended = new Promise<number | string>((done) =>
    child.once("close", (code, signal) => done(code ?? signal ?? "")),
  );
  return { child, ended, committed };
}

const getsNow = (): number => server.requests.filter(({ kind }) => kind === "get").length;

it("ends in the same tables, and nothing is fetched twice after its commit", { timeout: 600_000 }, async () => {
  const calm = join(folder, "calm.duckdb");
  expect(await start(calm).ended).toBe(0);
  const total = getsNow();
  server.requests.length = 0;

  const warehouse = join(folder, "killed.duckdb");
  // All the others wait: else a slow machine would have fetched everything before its first commit.
  server.options = {
    fault: () => (Math.random() < 0.05 ? faults[Math.floor(Math.random() * faults.length)] : { type: "wait", ms: 300 }),
  };
  let killed = 0;
  for (let turn = 0; turn < 10 * kills && killed < kills; turn++) {
    const { child, ended, committed } = start(warehouse);
    // After some share of what is left to fetch: so that the kills fall before, between and behind the commits.
    const before = getsNow();
    const share = Math.random() * Math.min(total, (1.2 * total) / (kills - killed + 1));
    while (child.exitCode === null && getsNow() - before < share) await sleep(2);
    // Every other time a commit goes before, however slow the machine is.
    if (turn % 2 === 0) await Promise.race([committed, ended]);
    await Promise.race([sleep(Math.random() * 200), ended]);
    child.kill("SIGKILL");
    if ((await ended) === "SIGKILL") killed++;
    else {
      // It came to its end before: from the start again, else there is nothing left to disturb.
      server.requests.length = 0;
      for (const end of ["", ".work", ".work.wal"]) rmSync(`${warehouse}${end}`, { force: true });
    }
  }
  expect(killed).toBe(kills);
  expect(await start(warehouse).ended).toBe(0);
  expect(await contentsOf(warehouse)).toEqual(await contentsOf(calm));

  const ledger = await queryRows(warehouse, "select uri, epoch_ms(loaded_at) as committed, run_id from trail_object");
  const committed = new Map(ledger.map((row) => [String(row["uri"]), Number(row["committed"])]));
  const wasted = server.requests.filter(({ kind, path, time }) => {
    const when = committed.get(`s3://${server.bucket}/${path}`);
    return kind === "get" && when !== undefined && time > when;
  });
  expect(wasted.map(({ path }) => path)).toEqual([]);
  // Else nothing was committed before a kill, and this test has shown nothing.
  expect(new Set(ledger.map((row) => row["run_id"])).size).toBeGreaterThan(1);
});
