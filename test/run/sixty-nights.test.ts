/**
 * Sixty nights of `spillway run` over one trail: one account stops, one appears late, one never delivers, a disk is full, a source is
 * dead, a run is killed. What each night tells is written down here, and at the end the tables are those of one undisturbed ingest.
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
const [steady, stops, late, never] = ["111111111111", "222222222222", "333333333333", "444444444444"] as const;
const nights = 60;
const stopsAfter = 20;
/** The night on which somebody takes it out of the list of expected accounts. */
const dropped = 28;
const lateFrom = 30;
/** An account that is expected from here on, and never delivers. */
const neverFrom = 45;
const fullDisk = 12;
const deadSource = 25;
const killed = 40;

const dayOf = (night: number): string =>
  new Date(Date.UTC(2026, 6, 1) + (night - 1) * 86_400_000).toISOString().slice(0, 10);

/** One log file with a call that spilled; every third night it stands there twice. */
function deliver(account: string, night: number): void {
  const day = dayOf(night);
  const n = night * 10 + [steady, stops, late].findIndex((each) => each === account);
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

/** Hours of silence that are borne. */
const maxAge = 72;

/** Who is expected: `stops` until somebody notices, `never` from a night on which it should have begun. */
function expectedAccounts(night: number): object[] {
  return [
    { account: night < dropped ? [steady, stops] : [steady], region: ["eu-central-1"] },
    { account: [late], region: ["eu-central-1"], since: dayOf(lateFrom) },
    ...(night < neverFrom ? [] : [{ account: [never], region: ["eu-central-1"], since: dayOf(neverFrom) }]),
  ];
}

/** New invocations of a night; null: the run came to no end. */
function addedOn(night: number): number | null {
  const delivering = 1 + Number(night <= stopsAfter) + Number(night >= lateFrom);
  if (night === fullDisk && isMounted) return null;
  // the folder of the trail is away: nothing comes, and nothing is forgotten
  if (night === deadSource) return 0;
  return delivering + (night === fullDisk + 1 && isMounted ? 2 : night === deadSource + 1 ? 1 : 0);
}

/** Gaps at half past eleven in the evening of a night: days that were over by then, and listed by a run that went well. */
function gapsOn(night: number): Record<string, number> {
  if (night === fullDisk && isMounted) return {};
  const over = night - 1;
  const gaps: Record<string, number> = {};
  // on the night of the dead source nobody looked at the day before
  const unseen = night === deadSource ? 1 : 0;
  if (night < dropped && over > stopsAfter) gaps["no file"] = over - stopsAfter - unseen;
  if (unseen > 0) gaps["not listed"] = unseen;
  if (over >= neverFrom) gaps["never delivered"] = over - neverFrom + 1;
  return gaps;
}

/** Account and Region that have been silent for too long. */
function silentOn(night: number): string[] {
  if (night === fullDisk && isMounted) return [];
  // the last file of `stops` is of ten in the morning; `never` is waited for since midnight
  const stale = night < dropped && (night - stopsAfter) * 24 + 13.5 > maxAge;
  return [
    ...(stale ? [`${stops} eu-central-1 (stale)`] : []),
    ...(night >= neverFrom && (night - neverFrom) * 24 + 23.5 > maxAge
      ? [`${never} eu-central-1 (never delivered)`]
      : []),
  ];
}

function codeOn(night: number): readonly [code: number, outcome: string] {
  if ((night === fullDisk && isMounted) || night === deadSource) return [1, "failed"];
  if (silentOn(night).length > 0) return [3, "findings"];
  // the day before the first night is not over yet, and holds nothing
  return Object.keys(gapsOn(night)).length > 0 ? [4, "incomplete"] : [0, "ok"];
}

/** What the claim `complete` says is missing; null: nothing. */
function missingOn(night: number): string | null {
  const gaps = gapsOn(night);
  const named = (gap: string): string => `${String(gaps[gap])} (${String(stops)} eu-central-1)`;
  const parts = [
    ...("no file" in gaps ? [`account-Region-days without a log file: ${named("no file")}`] : []),
    ...("never delivered" in gaps ? [`expected, and never delivered: ${String(never)} eu-central-1`] : []),
    ...("not listed" in gaps ? [`account-Region-days that were not listed: ${named("not listed")}`] : []),
  ];
  return parts.length === 0 ? null : parts.join("; ");
}

if (!isMounted)
  it("the twelfth night's disk is full (needs the right to mount)", (context) => {
    context.skip("no file system can be mounted here: its disk had room");
  });

it("sixty nights", { timeout: 600_000 }, async () => {
  const config = join(root, "spillway.json");
  const files = { metricsFile: join(root, "m.prom"), reportFile: join(root, "run.json") };
  const settings = { warehouse: join(disk, "w.duckdb"), sources: [logs], threads: 1, ...files, boundary: "eu" };
  const judging = { maxAge, failOn: ["stale"], strict: true };
  const reports = [{ name: "spillover-by-principal", output: join(root, "out") }];
  const metric = (name: string): number =>
    Number(
      new RegExp(`^${name.replaceAll(/[{}]/g, "\\$&")} (\\S+)$`, "m").exec(
        readFileSync(files.metricsFile, "utf8"),
      )?.[1],
    );
  const told: unknown[] = [];
  const expected: unknown[] = [];
  let total = 0;
  let lastSuccess = Number.NaN;
  for (let night = 1; night <= nights; night++) {
    writeFileSync(config, JSON.stringify({ ...settings, ...judging, reports, expected: expectedAccounts(night) }));
    deliver(steady, night);
    if (night <= stopsAfter) deliver(stops, night);
    if (night >= lateFrom) deliver(late, night);
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
    const [code, outcome] = codeOn(night);
    const added = addedOn(night);
    const hasFailed = code === 1;
    total += added ?? 0;
    if (!hasFailed) lastSuccess = Date.parse(time) / 1000;
    const complete = report.claims.find(({ claim }) => claim === "complete");
    told.push({
      night,
      codes: [run.code, report.exitCode, metric("spillway_run_exit_code")],
      outcome: report.outcome,
      added: report.changes?.invocations ?? null,
      error: report.error?.code ?? null,
      success: [metric("spillway_run_success"), metric("spillway_run_last_success_timestamp_seconds")],
      invocations: metric("spillway_invocations"),
      holds: report.identities.every(({ holds }) => holds),
      gaps: report.coverageGaps,
      gapMetrics: ["no file", "never delivered", "not listed"].map((gap) =>
        metric(`spillway_coverage_gaps{gap="${gap}"}`),
      ),
      stale: report.findings.map(({ kind, count, message }) => [kind, count, message]),
      staleMetric: metric("spillway_stale_accounts_regions"),
      complete: [complete?.outcome, complete?.missing],
      claimMetrics: ["met", "not shown"].map((each) => metric(`spillway_claim{claim="complete",outcome="${each}"}`)),
      inside: report.claims.find(({ claim }) => claim === "inside-boundary")?.outcome,
      newest: report.newestLogs.find(({ accountId }) => accountId === stops)?.newestLog,
    });
    const error = code !== 1 ? null : night === fullDisk ? "disk-full" : "source-not-found";
    // what a full disk leaves no room for is not known
    const isKnown = error !== "disk-full";
    const gaps = gapsOn(night);
    const silent = silentOn(night);
    const missing = missingOn(night);
    const known = <T>(value: T): T | number => (isKnown ? value : Number.NaN);
    expected.push({
      night,
      codes: [code, code, code],
      outcome,
      added,
      error,
      success: [Number(!hasFailed), lastSuccess],
      invocations: known(total),
      holds: true,
      gaps,
      gapMetrics: ["no file", "never delivered", "not listed"].map((gap) => known(gaps[gap] ?? 0)),
      stale: silent.length === 0 ? [] : [["stale", silent.length, `no fresh log files: ${silent.join(", ")}`]],
      staleMetric: known(silent.length),
      complete: isKnown ? [missing === null ? "met" : "not shown", missing] : [undefined, undefined],
      claimMetrics: ["met", "not shown"].map((each) =>
        known(Number((missing === null ? "met" : "not shown") === each)),
      ),
      inside: isKnown ? (missing === null ? "met" : "not shown") : undefined,
      newest: isKnown ? Date.parse(`${dayOf(Math.min(night, stopsAfter))}T10:00:00Z`) : undefined,
    });
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
