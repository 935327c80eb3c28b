/** Kill it anywhere and run it again: the same tables as an undisturbed run, and nothing lying about. */
import { existsSync, linkSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, it } from "vitest";
import { generateLogs } from "../../bench/generate-logs.ts";
import { queryRows } from "../support/run-cli.ts";
import { spawnCli } from "../support/spawn-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { putFile, putSoundFiles } from "../support/trail-files.ts";
import { digestOf } from "../support/warehouse-contents.ts";

const root = temporaryFolder();
const logs = join(root, "logs");
/** Read before the logs where a signal has to come in time. */
const slow = join(root, "slow");
const slowFiles = 60;
const fillers = 16;
const listed = 205 + fillers;
let expected: Record<string, unknown>;
let undisturbedMs = 0;

const argsFor = (warehouse: string): readonly string[] => ["ingest", logs, "--warehouse", warehouse, "--threads", "2"];

beforeAll(async () => {
  generateLogs({ out: logs, files: 200, rawBytes: 12_000_000, share: 0.3, hitFiles: 0.8, seed: 11 });
  putSoundFiles(logs);
  // Files without a Bedrock record, so that reading takes long enough to be hit.
  const ordinary = JSON.stringify({
    eventVersion: "1.11",
    eventSource: "s3.amazonaws.com",
    eventName: "GetObject",
    key: "k".repeat(400),
  });
  const filler = putFile(
    join(root, "filler.json.gz"),
    gzipSync(`{"Records":[${Array.from({ length: 12_000 }, () => ordinary).join(",")}]}`, { level: 1 }),
  );
  mkdirSync(join(logs, "filler"));
  mkdirSync(slow);
  for (let n = 0; n < slowFiles; n++) linkSync(filler, join(slow, `${n}.json.gz`));
  for (let n = 0; n < fillers; n++) linkSync(filler, join(logs, "filler", `${n}.json.gz`));
  putFile(join(logs, "broken.json.gz"), "no log");
  putFile(join(logs, "notes.txt"), "no log either");
  const started = performance.now();
  const run = await spawnCli(argsFor(join(root, "undisturbed.duckdb"))).ended;
  undisturbedMs = performance.now() - started;
  expect(run.code).toBe(0);
  expected = await digestOf(join(root, "undisturbed.duckdb"));
});

it("kill -9 at ten random moments, then once to the end", { timeout: 300_000 }, async () => {
  const folder = join(root, "killed");
  const warehouse = join(folder, "w.duckdb");
  putFile(join(folder, "neighbour.txt"), "not ours");
  let killed = 0;
  let wholeMs = undisturbedMs;
  for (let turn = 0; turn < 80 && killed < 10; turn++) {
    const { child, ended } = spawnCli(argsFor(warehouse));
    // One moment in each tenth of the run, so that ten kills cover starting, reading, committing and publishing.
    const moment = ((killed + Math.random()) / 10) * wholeMs;
    const started = performance.now();
    await Promise.race([sleep(moment), ended]);
    child.kill("SIGKILL");
    if ((await ended).signal === "SIGKILL") killed++;
    else {
      // It was faster: from the start again, else there is nothing left to disturb.
      wholeMs = Math.min(wholeMs, performance.now() - started);
      for (const end of ["", ".work", ".work.wal"]) rmSync(`${warehouse}${end}`, { force: true });
    }
  }
  expect(killed).toBe(10);
  const last = await spawnCli(argsFor(warehouse)).ended;
  expect(last.stderr).toContain(`objects   ${listed} listed = `);
  expect(last.code).toBe(0);
  expect(await digestOf(warehouse)).toEqual(expected);
  expect(readdirSync(folder).toSorted()).toEqual(["neighbour.txt", "w.duckdb", "w.duckdb.work"]);
});

it.each(["SIGTERM", "SIGINT"] as const)(
  "%s stops it cleanly, and the next run completes",
  { timeout: 120_000 },
  async (signal) => {
    const folder = join(root, signal);
    const warehouse = join(folder, "w.duckdb");
    putFile(join(folder, "neighbour.txt"), "not ours");
    const args = ["ingest", slow, logs, "--warehouse", warehouse, "--threads", "1"];
    const { child, ended } = spawnCli(["--log-format", "json", ...args]);
    while (child.exitCode === null && !existsSync(`${warehouse}.work`)) await sleep(2);
    child.kill(signal);
    const stopped = await ended;
    expect(stopped.signal).toBeNull();
    expect(stopped.code).toBe(1);
    const lines = stopped.stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>); // our own log lines
    expect(lines.at(-1)).toMatchObject({
      level: "error",
      code: "interrupted",
      next: "Run the same command again to go on from there.",
    });
    expect(readdirSync(folder).toSorted()).toEqual(["neighbour.txt", "w.duckdb", "w.duckdb.work"]);
    const [part] = await queryRows(
      warehouse,
      "select count(*) as loaded, sum(new_events) = (select count(*) from event) as whole from trail_object",
    );
    expect(part?.["loaded"]).toBeLessThan(listed + slowFiles);
    if (part?.["loaded"] !== 0) expect(part?.["whole"]).toBe(true);
    const last = await spawnCli(args).ended;
    expect(last.stderr).toContain(`objects   ${listed + slowFiles} listed = `);
    expect(last.code).toBe(0);
    const { trail_object: ledger, ...tables } = await digestOf(warehouse);
    expect(ledger).toMatchObject({ n: listed + slowFiles });
    expect({ ...expected, ...tables }).toEqual(expected);
  },
);
