/**
 * Sixty nights of `spillway run` over one trail: one account stops, one appears late, a disk is full, a source is dead, a run is
 * killed. What each night tells is written down here, and at the end the tables are those of one undisturbed ingest.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { RunReport } from "../../src/run/run-report.ts";
import { runCli } from "../support/run-cli.ts";
import { spawnCli } from "../support/spawn-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog, putFile } from "../support/trail-files.ts";
import { oneDigestOf } from "../support/warehouse-contents.ts";

const root = temporaryFolder();
const logs = join(root, "logs");
const [steady, stops, late] = ["111111111111", "222222222222", "333333333333"];
const nights = 60;
const stopsAfter = 20;
const lateFrom = 30;
const fullDisk = 12;
const deadSource = 25;
const killed = 40;

const dayOf = (night: number): string =>
  new Date(Date.UTC(2026, 6, 1) + (night - 1) * 86_400_000).toISOString().slice(0, 10);

/** One log file with a call that spilled; every third night it stands there twice. */
function deliver(account: string, night: number): void {
  const day = dayOf(night);
  const n = night * 10 + [steady, stops, late].indexOf(account);
  const own = {
    recipientAccountId: account,
    userIdentity: { type: "Role", arn: `arn:aws:iam::${account}:role/app`, accountId: account },
    eventTime: `${day}T10:00:00Z`,
  };
  const records = [bedrockRecord(n, own)];
  if (night % 3 === 0) records.push(bedrockRecord(n, own));
  const name = `${account}_CloudTrail_eu-central-1_${day.replaceAll("-", "")}T1000Z_${String(n).padStart(16, "0")}.json.gz`;
  putFile(join(logs, "AWSLogs", account, "CloudTrail", "eu-central-1", ...day.split("-"), name), gzipLog(records));
}

/** A file system of a few megabytes, where this user may mount one. */
function mountSmall(at: string): boolean {
  mkdirSync(at);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=16m", "spillway-nights", at], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const disk = join(root, "disk");
const isMounted = mountSmall(disk);
afterAll(() => {
  if (isMounted) execFileSync("umount", [disk]);
});

/** What a night is expected to come to, as the exit code, the outcome and the new invocations. */
function expectedOf(night: number): readonly [number, string, number | null] {
  const delivering = 1 + Number(night <= stopsAfter) + Number(night >= lateFrom);
  if (night === fullDisk && isMounted) return [1, "failed", null];
  // the folder of the trail is away: nothing comes, and nothing is forgotten
  if (night === deadSource) return [1, "failed", 0];
  const missed = night === fullDisk + 1 && isMounted ? 2 : night === deadSource + 1 ? 1 : 0;
  return [0, "ok", delivering + missed];
}

it("sixty nights", { timeout: 600_000 }, async () => {
  const config = join(root, "spillway.json");
  const files = { metricsFile: join(root, "m.prom"), reportFile: join(root, "run.json") };
  const settings = { warehouse: join(disk, "w.duckdb"), sources: [logs], threads: 1, ...files, boundary: "eu" };
  writeFileSync(
    config,
    JSON.stringify({ ...settings, reports: [{ name: "spillover-by-principal", output: join(root, "out") }] }),
  );
  const metric = (name: string): number =>
    Number(new RegExp(`^${name} (\\S+)$`, "m").exec(readFileSync(files.metricsFile, "utf8"))?.[1]);
  const told: unknown[] = [];
  const expected: unknown[] = [];
  let total = 0;
  let lastSuccess = Number.NaN;
  for (let night = 1; night <= nights; night++) {
    deliver(steady ?? "", night);
    if (night <= stopsAfter) deliver(stops ?? "", night);
    if (night >= lateFrom) deliver(late ?? "", night);
    const filler = join(disk, "filler");
    if (night === fullDisk && isMounted) expect(() => writeFileSync(filler, Buffer.alloc(32 << 20))).toThrow(/ENOSPC/);
    if (night === deadSource) renameSync(logs, `${logs}-away`);
    if (night === killed) {
      const { child, ended } = spawnCli(["run", "--config", config]);
      while (child.exitCode === null && !existsSync(join(disk, "w.duckdb.run")))
        await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill("SIGKILL");
      await ended;
    }
    const time = `${dayOf(night)}T23:30:00Z`;
    const run = await runCli(["run", "--config", config], {}, time);
    // what our own run report is
    const report = JSON.parse(readFileSync(files.reportFile, "utf8")) as RunReport;
    const [code, outcome, added] = expectedOf(night);
    total += added ?? 0;
    if (code === 0) lastSuccess = Date.parse(time) / 1000;
    told.push([
      night,
      run.code,
      report.exitCode,
      report.outcome,
      report.changes?.invocations ?? null,
      report.error?.code ?? null,
      metric("spillway_run_success"),
      metric("spillway_run_exit_code"),
      metric("spillway_run_last_success_timestamp_seconds"),
      metric("spillway_invocations"),
      report.identities.every(({ holds }) => holds),
    ]);
    const error = code === 0 ? null : night === fullDisk ? "disk-full" : "source-not-found";
    expected.push([
      night,
      code,
      code,
      outcome,
      added,
      error,
      Number(code === 0),
      code,
      lastSuccess,
      error === "disk-full" ? Number.NaN : total,
      true,
    ]);
    if (night === fullDisk && isMounted) execFileSync("rm", [filler]);
    if (night === deadSource) renameSync(`${logs}-away`, logs);
  }
  expect(told).toEqual(expected);
  const once = join(root, "once.duckdb");
  expect(
    (await runCli(["ingest", logs, "--warehouse", once, "--threads", "1"], {}, `${dayOf(nights)}T23:30:00Z`)).code,
  ).toBe(0);
  expect(await oneDigestOf(join(disk, "w.duckdb"))).toEqual(await oneDigestOf(once));
});
