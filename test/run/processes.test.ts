/** `spillway run` as real processes: the lock, signals, kill -9, and clients that have the warehouse open. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, linkSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import type { RunReport } from "../../src/run/run-report.ts";
import { queryRows, runCli } from "../support/run-cli.ts";
import { spawnCli } from "../support/spawn-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog, logPath, putFile, putSoundFiles } from "../support/trail-files.ts";
import { contentsOf } from "../support/warehouse-contents.ts";

const root = temporaryFolder();
/** Takes long enough to read that another process or a signal comes in time. */
const slow = join(root, "slow");
const client = fileURLToPath(new URL("../store/hold-child.mjs", import.meta.url));

beforeAll(() => {
  const ordinary = JSON.stringify({ eventSource: "s3.amazonaws.com", eventName: "GetObject", key: "k".repeat(400) });
  const records = `{"Records":[${Array.from({ length: 12_000 }, () => ordinary).join(",")}]}`;
  const filler = putFile(join(root, "filler.json.gz"), gzipSync(records, { level: 1 }));
  mkdirSync(slow);
  for (let n = 0; n < 300; n++) linkSync(filler, join(slow, `${n}.json.gz`));
  putSoundFiles(slow);
});

interface Place {
  readonly folder: string;
  readonly warehouse: string;
  readonly args: readonly string[];
  readonly report: () => RunReport;
  readonly success: () => string | undefined;
}

function place(name: string, sources: readonly string[], more: object = {}): Place {
  const folder = join(root, name);
  mkdirSync(folder);
  const config = { warehouse: "w.duckdb", sources, threads: 1, metricsFile: "m.prom", reportFile: "run.json", ...more };
  writeFileSync(join(folder, "spillway.json"), JSON.stringify(config));
  return {
    folder,
    warehouse: join(folder, "w.duckdb"),
    args: ["run", "--config", join(folder, "spillway.json")],
    // what our own run report is
    report: () => JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as RunReport,
    success: () => /^spillway_run_success (\d)$/m.exec(readFileSync(join(folder, "m.prom"), "utf8"))?.[1],
  };
}

/** Waits until the run has its lock and reads. */
async function reading(child: ChildProcess, warehouse: string): Promise<void> {
  while (child.exitCode === null && !existsSync(`${warehouse}.work`)) await sleep(2);
  expect(child.exitCode).toBeNull();
}

async function openClient(file: string): Promise<AsyncDisposable & { readonly child: ChildProcess }> {
  const child = spawn(process.execPath, [client, file, "read"], { stdio: ["pipe", "pipe", "inherit"] });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return {
    child,
    async [Symbol.asyncDispose](): Promise<void> {
      child.stdin.end();
      await gone;
    },
  };
}

describe("two runs at once", { timeout: 120_000 }, () => {
  it("one works, the other names the first one's PID and exits with 5; a client that reads disturbs neither", async () => {
    const small = join(root, "small");
    putSoundFiles(small);
    const here = place("two", [slow]);
    expect((await runCli(["ingest", small, "--warehouse", here.warehouse])).code).toBe(0);
    await using reader = await openClient(here.warehouse);
    const first = spawnCli(here.args);
    while (first.child.exitCode === null && !existsSync(`${here.warehouse}.run`)) await sleep(2);
    await sleep(200);
    const second = await spawnCli(["--log-format", "json", ...here.args]).ended;
    const locked: unknown = JSON.parse(second.stderr.trim().split("\n").at(-1) ?? "");
    expect(locked).toMatchObject({
      level: "error",
      code: "run-locked",
      message: expect.stringContaining(`(PID ${first.child.pid})`),
      next: "Wait until it is done; nothing was changed",
    });
    expect(second.code).toBe(5);
    // nothing of the first one's was touched
    expect(existsSync(join(here.folder, "run.json"))).toBe(false);
    const done = await first.ended;
    expect(done.stderr).toContain("303 listed = 303 loaded");
    expect(done.code).toBe(0);
    expect(reader.child.exitCode).toBeNull();
    expect(here.report().outcome).toBe("ok");
    const third = await spawnCli(here.args).ended;
    expect(third.code).toBe(0);
    expect(readdirSync(here.folder).toSorted()).toEqual([
      "m.prom",
      "run.json",
      "spillway.json",
      "w.duckdb",
      "w.duckdb.work",
    ]);
  });

  it("also while an ingest by hand has the warehouse; then it says so in its report", async () => {
    const here = place("ingest", [slow]);
    const ingest = spawnCli(["ingest", slow, "--warehouse", here.warehouse, "--threads", "1"]);
    await reading(ingest.child, here.warehouse);
    const run = await spawnCli(here.args).ended;
    expect(run.code).toBe(5);
    expect(run.stderr).toContain(`(PID ${ingest.child.pid})`);
    expect(here.report()).toMatchObject({ exitCode: 5, outcome: "failed", error: { code: "run-locked" } });
    expect((await ingest.ended).code).toBe(0);
  });

  it("a lock whose process was killed is none", async () => {
    const here = place("killed", [slow]);
    const first = spawnCli(here.args);
    await reading(first.child, here.warehouse);
    first.child.kill("SIGKILL");
    expect((await first.ended).signal).toBe("SIGKILL");
    expect(existsSync(`${here.warehouse}.run`)).toBe(true);
    const next = await spawnCli(here.args).ended;
    expect(next.code).toBe(0);
    expect(readdirSync(here.folder).filter((name) => name.startsWith("w."))).toEqual(["w.duckdb", "w.duckdb.work"]);
  });
});

describe("a signal", { timeout: 120_000 }, () => {
  it.each(["SIGTERM", "SIGINT"] as const)("%s stops it cleanly; it says how to go on, and goes on", async (signal) => {
    const here = place(signal, [slow], { reports: [{ output: "out" }] });
    const { child, ended } = spawnCli(here.args);
    await reading(child, here.warehouse);
    child.kill(signal);
    const stopped = await ended;
    expect(stopped.signal).toBeNull();
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toContain("Run the same command again to go on from there.");
    expect(here.report()).toMatchObject({
      exitCode: 1,
      outcome: "interrupted",
      files: [],
      error: { code: "interrupted" },
    });
    expect(here.report().identities.every(({ holds }) => holds)).toBe(true);
    for (const { listed, known, loaded, skipped, quarantined } of here.report().sources)
      expect(listed).toBe(known + loaded + skipped + quarantined);
    expect(here.success()).toBe("0");
    expect(existsSync(join(here.folder, "out"))).toBe(false);
    const last = await spawnCli(here.args).ended;
    expect(last.code).toBe(0);
    expect(here.success()).toBe("1");
    expect(here.report().sources).toMatchObject([{ listed: 303 }]);
    expect(readdirSync(join(here.folder, "out")).length).toBeGreaterThan(5);
    expect(await queryRows(here.warehouse, "select count(*)::int as n from trail_object")).toEqual([{ n: 303 }]);
  });

  it("a second one ends it at once, and the next run still completes", async () => {
    const here = place("second", [slow]);
    const { child, ended } = spawnCli(here.args);
    await reading(child, here.warehouse);
    child.kill("SIGTERM");
    child.kill("SIGINT");
    const stopped = await ended;
    // killed by the second one, or it had come to its clean end in between
    expect(stopped.code).toBe(stopped.signal === null ? 1 : 128);
    expect([null, "SIGTERM", "SIGINT"]).toContain(stopped.signal);
    expect((await spawnCli(here.args).ended).code).toBe(0);
    expect(await queryRows(here.warehouse, "select count(*)::int as n from trail_object")).toEqual([{ n: 303 }]);
  });
});

it(
  "kill -9 while it prunes and compacts: the next one ends where an undisturbed one ends",
  { timeout: 240_000 },
  async () => {
    const logs = join(root, "prunable");
    for (let day = 1; day <= 9; day++) {
      const records = Array.from({ length: 400 }, (_, n) =>
        bedrockRecord(day * 1000 + n, { eventTime: `2026-09-0${day}T10:00:00Z` }),
      );
      putFile(logPath(logs, `Day${day}`), gzipLog(records));
    }
    const here = place("prune", [logs]);
    const other = place("undisturbed", [logs]);
    const before = ["prune", "--before", "2026-09-06", "--warehouse"];
    for (const { args } of [here, other]) expect((await spawnCli(args).ended).code).toBe(0);
    const started = performance.now();
    expect((await spawnCli([...before, other.warehouse]).ended).code).toBe(0);
    const whole = performance.now() - started;
    for (let turn = 0; turn < 6; turn++) {
      const { child, ended } = spawnCli([...before, here.warehouse]);
      await Promise.race([sleep(((turn + 1) / 7) * whole), ended]);
      child.kill("SIGKILL");
      await ended;
      // what is published is the one or the other, never something between
      const [row] = await queryRows(here.warehouse, "select count(*)::int as n from invocation");
      expect([9 * 400, 4 * 400]).toContain(row?.["n"]);
    }
    expect((await spawnCli([...before, here.warehouse]).ended).code).toBe(0);
    expect(await contentsOf(here.warehouse)).toEqual(await contentsOf(other.warehouse));
    expect(await queryRows(here.warehouse, "select count(*)::int as n from invocation")).toEqual([{ n: 1600 }]);
    expect(readdirSync(here.folder).filter((name) => name.startsWith("w."))).toEqual(["w.duckdb", "w.duckdb.work"]);
  },
);
