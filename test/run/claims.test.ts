/** Silence is not compliance (R9, R11): what a dead trail, an unknown account and an empty range say, in words, exit codes and metrics. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Claim } from "../../src/report/claims.ts";
import type { RunReport } from "../../src/run/run-report.ts";
import { type CliRun, queryRows, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog, putFile } from "../support/trail-files.ts";

const root = temporaryFolder();
const account = "111122223333";
const now = "2026-09-20T06:00:00Z";

/** A log file of an account and Region on each of the days. */
function putDays(logs: string, region: string, days: readonly string[], records: readonly unknown[] = [other]): void {
  for (const day of days) {
    const name = `${account}_CloudTrail_${region}_${day.replaceAll("-", "")}T2355Z_${region}.json.gz`;
    const folder = join(logs, "AWSLogs", account, "CloudTrail", region, ...day.split("-"));
    putFile(join(folder, name), gzipLog(records));
  }
}

const other = { eventSource: "s3.amazonaws.com", eventID: "e1", eventName: "GetObject" };
const day = (back: number): string => new Date(Date.parse(now) - back * 86_400_000).toISOString().slice(0, 10);
const daysBack = (first: number, last: number): string[] =>
  Array.from({ length: first - last + 1 }, (_, index) => day(first - index));

interface Place {
  readonly logs: string;
  readonly warehouse: string;
  readonly run: (config?: object, flags?: readonly string[], time?: string) => Promise<CliRun & { report: RunReport }>;
  readonly claims: (...flags: string[]) => Promise<readonly Claim[]>;
  readonly metrics: () => string;
}

function place(name: string): Place {
  const folder = join(root, name);
  mkdirSync(folder);
  const warehouse = join(folder, "w.duckdb");
  return {
    logs: join(folder, "logs"),
    warehouse,
    run: async (config = {}, flags = [], time = now) => {
      const base = { warehouse: "w.duckdb", sources: ["logs"], metricsFile: "m.prom", reportFile: "run.json" };
      writeFileSync(join(folder, "spillway.json"), JSON.stringify({ ...base, ...config }));
      const done = await runCli(["run", "--config", join(folder, "spillway.json"), ...flags], {}, time);
      // what our own run report is
      return { ...done, report: JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as RunReport };
    },
    claims: async (...flags) => {
      const { stdout } = await runCli(
        ["report", "claims", "--warehouse", warehouse, "--format", "json", ...flags],
        {},
        now,
      );
      // our own JSON
      return JSON.parse(stdout) as Claim[];
    },
    metrics: () => readFileSync(join(folder, "m.prom"), "utf8"),
  };
}

const outcomes = (claims: readonly Claim[]): Record<string, string> =>
  Object.fromEntries(claims.map(({ claim, outcome }) => [claim, outcome]));

describe("a trail that fell silent", { timeout: 60_000 }, () => {
  const here = place("silent");
  beforeAll(() => {
    putDays(here.logs, "eu-central-1", daysBack(30, 6));
    putDays(here.logs, "eu-west-1", daysBack(30, 11));
  });

  it("is a gap of every day since, and not shown, stale and incomplete", async () => {
    const { code, report, stderr } = await here.run({ boundary: "eu", strict: true });
    expect(code).toBe(4);
    expect(report.coverageGaps).toEqual({ "no file": 5 + 10 });
    expect(stderr).toContain("account-Region-days without a log file: 15");
    expect(outcomes(report.claims)).toMatchObject({ "inside-boundary": "not shown", complete: "not shown" });
    const stale = await here.run({ boundary: "eu", failOn: ["stale"], strict: true });
    expect(stale.code).toBe(3);
    expect(stale.report.findings).toMatchObject([{ kind: "stale", count: 2 }]);
    const newest = Date.parse(`${day(6)}T23:55:00Z`) / 1000;
    expect(here.metrics()).toContain(
      `spillway_newest_log_timestamp_seconds{account_id="${account}",region="eu-central-1"} ${newest}`,
    );
    expect(here.metrics()).toContain('spillway_claim{claim="complete",outcome="not shown"} 1');
  });

  it("is old by the clock of the run", async () => {
    const rows = await queryRows(here.warehouse, "select region, age_hours, gap from freshness order by region");
    expect(rows).toEqual([
      { region: "eu-central-1", age_hours: 5 * 24 + 6 + 5 / 60, gap: "stale" },
      { region: "eu-west-1", age_hours: 10 * 24 + 6 + 5 / 60, gap: "stale" },
    ]);
    const fresh = ["--fail-on", "stale", "--max-age", "300"];
    expect((await runCli(["report", "--warehouse", here.warehouse, ...fresh], {}, now)).code).toBe(0);
    expect((await runCli(["report", "--warehouse", here.warehouse, "--fail-on", "stale"], {}, now)).code).toBe(3);
  });

  it("says what was asked for, beside what was seen", async () => {
    const asked = ["--from", day(60), "--to", day(0)];
    const { stdout } = await runCli(["report", "--warehouse", here.warehouse, "--boundary", "eu", ...asked], {}, now);
    expect(stdout).toContain(`${day(60)} to ${day(1)}`);
    expect(stdout).toContain(`log files of ${day(30)} to ${day(6)}`);
    const complete = (await here.claims("--boundary", "eu", ...asked)).find(({ claim }) => claim === "complete");
    expect(complete?.outcome).toBe("not shown");
    expect(complete?.missing).toContain(`account-Region-days without a log file: ${2 * 60 - 25 - 20}`);
  });

  it.each([
    ["a range in the future", ["--from", "2027-01-01"]],
    ["an account that nobody knows", ["--account", "999988887777"]],
    ["a range after the logs", ["--from", day(4)]],
  ])("promises nothing over %s", async (_, scope) => {
    const args = ["report", "--warehouse", here.warehouse, "--boundary", "eu", "--strict", ...scope];
    const { stdout, code } = await runCli(args, {}, now);
    expect(stdout).not.toContain("nothing seen outside");
    expect(stdout).toContain("Boundary eu  not shown: missing any log file of the range");
    expect(code).toBe(4);
  });
});

describe("logs with records", { timeout: 60_000 }, () => {
  it("but without a call keep the boundary, with 0 calls; files without a record do not", async () => {
    const quiet = place("quiet");
    putDays(quiet.logs, "eu-central-1", daysBack(10, 1));
    const kept = await quiet.run({ boundary: "eu", strict: true, failOn: ["findings"] });
    expect(kept.code, kept.stderr).toBe(0);
    expect(outcomes(kept.report.claims)).toEqual({
      "inside-boundary": "met",
      complete: "met",
      unaltered: "not shown",
      "regions-known": "met",
    });
    const empty = place("empty");
    putDays(empty.logs, "eu-central-1", daysBack(10, 1), []);
    const nothing = await empty.run({ boundary: "eu", strict: true });
    expect(nothing.code).toBe(4);
    expect(outcomes(nothing.report.claims)).toMatchObject({
      "inside-boundary": "not shown",
      "regions-known": "not shown",
    });
    expect(nothing.report.why.join()).toContain("any record in the log files");
  });

  it("and one call outside are not met, whatever else is missing; and 3 goes before 4", async () => {
    const here = place("outside");
    putDays(here.logs, "eu-central-1", [day(9)], [bedrockRecord(1)]);
    const { code, report } = await here.run({ boundary: "us", strict: true, failOn: ["boundary"] });
    expect(code).toBe(3);
    expect(outcomes(report.claims)).toMatchObject({ "inside-boundary": "not met", complete: "not shown" });
    const both = ["report", "--warehouse", here.warehouse, "--boundary", "us", "--strict", "--fail-on", "boundary"];
    expect((await runCli(both, {}, now)).code).toBe(3);
    expect((await runCli(both.slice(0, -2), {}, now)).code).toBe(4);
  });
});

describe("expected accounts and Regions", { timeout: 60_000 }, () => {
  it("that never delivered are gaps by name; the others are judged no more", async () => {
    const here = place("expected");
    putDays(here.logs, "eu-central-1", daysBack(10, 1));
    // seen now and then: nobody expects it every day
    putDays(here.logs, "eu-west-1", [day(9), day(4)]);
    const expected = (accounts: readonly string[]): object => ({
      strict: true,
      expected: [{ account: accounts, region: ["eu-central-1"] }],
    });
    const sound = await here.run(expected([account]));
    expect(sound.code, sound.stderr).toBe(0);
    const missed = await here.run(expected([account, "222233334444"]));
    expect(missed.code).toBe(4);
    expect(missed.stderr).toContain("expected, and never delivered: 222233334444 eu-central-1");
    const gaps = await queryRows(here.warehouse, "select distinct gap from coverage where account_id = '222233334444'");
    expect(gaps).toEqual([{ gap: "never delivered" }]);
    const fresh = await queryRows(
      here.warehouse,
      "select expected, gap from freshness where account_id = '222233334444'",
    );
    expect(fresh).toEqual([{ expected: true, gap: "never delivered" }]);
    const later = {
      strict: true,
      expected: [{ account: [account, "222233334444"], region: ["eu-central-1"], since: day(0) }],
    };
    // not before its first day, and that is not over
    expect((await here.run(later)).report.claims.find(({ claim }) => claim === "complete")?.outcome).toBe("met");
  });
});

describe("a streamed call without its completion", { timeout: 60_000 }, () => {
  const completion = {
    eventID: "c1",
    eventName: "ConverseStream",
    eventType: "AwsServiceEvent",
    requestParameters: null,
    additionalEventData: undefined,
    serviceEventDetails: { parentRequestId: "aaaaaaaa-0000-4000-8000-000000000001" },
    eventTime: `${day(9)}T09:00:00Z`,
  };
  const waiting = (time: string): object =>
    bedrockRecord(1, {
      eventName: "ConverseStream",
      requestID: "aaaaaaaa-0000-4000-8000-000000000002",
      additionalEventData: undefined,
      eventTime: time,
    });
  /** What the view calls it, and the report by a clock of its own. */
  const calledAt = async (here: Place, clock: string): Promise<unknown[]> => {
    const words = "select what from unobservable where what in ('pending', 'lost')";
    const args = ["report", "unobservable", "--warehouse", here.warehouse, "--format", "json"];
    // our own JSON
    const report = JSON.parse((await runCli(args, {}, clock)).stdout) as { readonly what: string }[];
    return [
      (await queryRows(here.warehouse, words)).map(({ what }) => what),
      report.map(({ what }) => what).filter((what) => what === "pending" || what === "lost"),
    ];
  };

  it("is lost three days later by the clock of the run, though no event is newer", async () => {
    const here = place("lost");
    putDays(here.logs, "eu-central-1", [day(9)], [bedrockRecord(2, completion), waiting(`${day(9)}T10:00:00Z`)]);
    await here.run({}, [], `${day(7)}T10:00:00Z`);
    expect(await calledAt(here, `${day(7)}T10:00:00Z`)).toEqual([["pending"], ["pending"]]);
    // a report has its own clock, the view that of the last run
    expect(await calledAt(here, `${day(6)}T10:00:01Z`)).toEqual([["pending"], ["lost"]]);
    putDays(here.logs, "eu-central-1", [day(6)]);
    await here.run({}, [], `${day(6)}T10:00:01Z`);
    expect(await calledAt(here, `${day(6)}T10:00:01Z`)).toEqual([["lost"], ["lost"]]);
  });

  it("is not lost for events that are far newer than the clock", async () => {
    const here = place("ahead");
    putDays(
      here.logs,
      "eu-central-1",
      [day(9)],
      [
        bedrockRecord(2, completion),
        waiting(`${day(9)}T10:00:00Z`),
        bedrockRecord(3, { eventTime: `${day(1)}T10:00:00Z` }),
      ],
    );
    await here.run({}, [], `${day(8)}T10:00:00Z`);
    expect(await calledAt(here, `${day(8)}T10:00:00Z`)).toEqual([["pending"], ["pending"]]);
  });
});
