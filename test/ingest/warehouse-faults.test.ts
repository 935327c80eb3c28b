/** Warehouses that cannot be used: one clear line, the right exit code, and nothing of anybody's is touched. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { generateLogs } from "../../bench/generate-logs.ts";
import { queryRows, runCli } from "../support/run-cli.ts";
import { spawnCli } from "../support/spawn-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog, logPath, putFile, putSoundFiles } from "../support/trail-files.ts";

const root = temporaryFolder();
const logs = join(root, "logs");
const project = new URL("../../", import.meta.url).pathname;

beforeAll(() => putSoundFiles(logs));

/** Runs DuckDB in a process of its own: two instances in one process would share a file without noticing. */
const script = `
import { DuckDBInstance } from "duckdb";
const [file, sql, hold] = process.argv.slice(1);
const instance = await DuckDBInstance.create(file);
const connection = await instance.connect();
await connection.run(sql);
if (hold === "hold") { console.log("ready"); setInterval(() => {}, 1000); }
else { connection.closeSync(); instance.closeSync(); }
`;

function duckdb(file: string, sql: string): void {
  execFileSync(process.execPath, ["--input-type=module", "-e", script, file, sql], { cwd: project });
}

it("a warehouse may have any name, also one that looks like a log's", async () => {
  const file = join(root, "w.json.gz");
  expect((await runCli(["ingest", logs, "--warehouse", file])).code).toBe(0);
  expect(await queryRows(file, "select count(*) as loaded from trail_object where status = 'loaded'")).not.toEqual([
    { loaded: 0 },
  ]);
});

describe("a warehouse that cannot be made", () => {
  it("in a folder that does not exist", async () => {
    const run = await runCli(["ingest", logs, "--warehouse", join(root, "missing", "w.duckdb")]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /^error: The folder of .*w\.duckdb does not exist\nMake the folder, or name another file with --warehouse\n$/,
    );
    expect(existsSync(join(root, "missing"))).toBe(false);
  });

  it("where nothing may be written: cleaning up, which fails there too, does not hide that", async () => {
    const file = putFile(join(root, "no-folder"), "");
    const run = await runCli(["ingest", logs, "--warehouse", join(file, "w.duckdb")]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^error: .*w\.duckdb cannot be written\nCheck its permissions, or name another file/);
  });

  it("because its name is a folder's", async () => {
    const folder = join(root, "folder");
    mkdirSync(folder);
    for (const args of [["ingest", logs], ["report"], ["query", "select 1"]]) {
      const run = await runCli([...args, "--warehouse", folder]);
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(/^error: .*folder is not a DuckDB file\nName another file with --warehouse\n$/);
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it("because it is not a DuckDB file", async () => {
    const file = putFile(
      join(root, "notes.duckdb"),
      "not a database, but somebody's only copy of something else\n".repeat(100),
    );
    const before = readFileSync(file);
    for (const args of [["ingest", logs], ["report"]]) {
      const run = await runCli([...args, "--warehouse", file]);
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(/^error: .*notes\.duckdb is not a DuckDB file\nName another file with --warehouse\n$/);
    }
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it("because it is a DuckDB file of somebody else's", async () => {
    const file = join(root, "foreign.duckdb");
    duckdb(file, "create table precious as select 42 as answer");
    const before = readFileSync(file);
    for (const args of [["ingest", logs], ["report"]]) {
      const run = await runCli([...args, "--warehouse", file]);
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(
        /^error: .*foreign\.duckdb is a DuckDB file, but no warehouse of Spillway's\nName another file with --warehouse\n$/,
      );
    }
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it("because nothing may be written there, even by root", async () => {
    const file = existsSync("/proc/self") ? "/proc/w.duckdb" : undefined;
    if (file === undefined) return;
    const run = await runCli(["ingest", logs, "--warehouse", file]);
    expect(run.code).toBe(1);
    expect(run.stderr.split("\n")).toHaveLength(3);
    expect(run.stderr).toMatch(/^error: .*w\.duckdb (cannot be written|does not exist)\n.*--warehouse\n$/);
  });

  it("nor read where there is none", async () => {
    const run = await runCli(["report", "--warehouse", join(root, "none.duckdb")]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /^error: There is no warehouse .*none\.duckdb\nRun spillway ingest first, or name it with --warehouse\n$/,
    );
  });
});

describe("somebody else at the same warehouse", () => {
  const children: { kill: (signal: NodeJS.Signals) => boolean }[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  it("an analyst who has it open for writing blocks neither the batch nor a report", async () => {
    const warehouse = join(root, "held.duckdb");
    const own = join(root, "own-logs");
    putSoundFiles(own);
    expect((await runCli(["ingest", own, "--warehouse", warehouse])).code).toBe(0);
    const analyst = spawn(
      process.execPath,
      ["--input-type=module", "-e", script, warehouse, "create table mine (a int)", "hold"],
      { cwd: project },
    );
    children.push(analyst);
    await new Promise((resolve) => analyst.stdout.once("data", resolve));

    const report = await runCli(["report", "spillover-by-region", "--format", "csv", "--warehouse", warehouse]);
    expect(report.stderr).toBe("");
    expect(report.stdout).toContain("eu-central-1,eu-north-1,3,");
    putFile(logPath(own, "Late"), gzipLog([bedrockRecord(50)]));
    const batch = await runCli(["ingest", own, "--warehouse", warehouse]);
    expect(batch.stderr).toContain("4 listed = 1 loaded + 3 already loaded");
    expect(batch.code).toBe(0);
    expect(await queryRows(warehouse, "select count(*) as n from invocation")).toEqual([{ n: 4 }]);
  });

  it("of two batches one works, the other stops with exit code 5 and names the PID", async () => {
    const folder = join(root, "two");
    const many = join(folder, "logs");
    generateLogs({ out: many, files: 60, rawBytes: 40_000_000, share: 0.2, hitFiles: 1, seed: 5 });
    const warehouse = join(folder, "w.duckdb");
    const runs = [1, 2, 3].map(() => spawnCli(["ingest", many, "--warehouse", warehouse, "--threads", "1"]));
    const ends = await Promise.all(runs.map(({ ended }) => ended));
    const winners = ends.filter(({ code }) => code === 0);
    const losers = ends.filter(({ code }) => code !== 0);
    expect(losers.map(({ code, stderr }) => [code, stderr.replaceAll(/\d+/g, "N")])).toEqual(
      losers.map(() => [
        5,
        expect.stringMatching(/^error: Another run is writing to .* \(PID N\)\nWait until it is done\n$/),
      ]),
    );
    expect(winners.length).toBeGreaterThan(0);
    const pids = runs.map(({ child }) => String(child.pid));
    for (const { stderr } of losers) expect(pids).toContain(/PID (\d+)/.exec(stderr)?.[1]);
    expect(await queryRows(warehouse, "select count(*) as n from trail_object where status = 'loaded'")).toEqual([
      { n: 60 },
    ]);
    expect(readdirSync(folder).toSorted()).toEqual(["logs", "w.duckdb", "w.duckdb.work"]);
  });
});

describe("disk full", () => {
  const mounted = join(root, "small");
  const canMount = mount(mounted);

  function mount(at: string): boolean {
    try {
      mkdirSync(at, { recursive: true });
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "spillway-test", at], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  }

  it.skipIf(!canMount)(
    "says so, keeps the published warehouse, and goes on when there is room (needs the right to mount)",
    async () => {
      try {
        const own = join(root, "disk-logs");
        putSoundFiles(own);
        const warehouse = join(mounted, "w.duckdb");
        expect((await runCli(["ingest", own, "--warehouse", warehouse])).code).toBe(0);
        const published = readFileSync(warehouse);
        generateLogs({ out: join(own, "more"), files: 20, rawBytes: 12_000_000, share: 1, hitFiles: 1, seed: 6 });
        const full = await spawnCli(["ingest", own, "--warehouse", warehouse, "--log-format", "json"]).ended;
        const last: unknown = JSON.parse(full.stderr.trim().split("\n").at(-1) ?? "");
        expect(full.code).toBe(1);
        expect(last).toMatchObject({
          level: "error",
          code: "disk-full",
          message: expect.stringMatching(/no space left/i),
          next: expect.stringMatching(/^Free some space/),
        });
        expect(readFileSync(warehouse).equals(published)).toBe(true);
        expect(await queryRows(warehouse, "select count(*) as n from invocation")).toEqual([{ n: 3 }]);

        execFileSync("mount", ["-o", "remount,size=200m", mounted]);
        const again = await runCli(["ingest", own, "--warehouse", warehouse]);
        expect(again.code).toBe(0);
        const clean = join(root, "disk-clean.duckdb");
        await runCli(["ingest", own, "--warehouse", clean]);
        for (const sql of [
          "select count(*) as n, bit_xor(hash(i)) as h from invocation i",
          "select count(*) as n, bit_xor(hash(e)) as h from event e",
        ]) {
          expect(await queryRows(warehouse, sql)).toEqual(await queryRows(clean, sql));
        }
        expect(readdirSync(mounted).toSorted()).toEqual(["w.duckdb", "w.duckdb.work"]);
      } finally {
        execFileSync("umount", [mounted]);
        rmSync(mounted, { recursive: true, force: true });
      }
    },
  );
});
