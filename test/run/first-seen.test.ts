/** The proof of `first-seen` as a reason to fail: in `spillway report` and in `spillway run`, with a history and without one. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { RunReport } from "../../src/run/run-report.ts";
import { type CliRun, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog, putFile } from "../support/trail-files.ts";

const root = temporaryFolder();
const now = "2026-09-20T06:00:00Z";
const account = "111122223333";
let serial = 0;

/** A log file of a day, with a call for each Region that served. */
function putDay(logs: string, day: string, regions: readonly string[]): void {
  const records = regions.map((inferenceRegion) =>
    bedrockRecord(++serial, { eventTime: `${day}T10:00:00Z`, additionalEventData: { inferenceRegion } }),
  );
  const name = `${account}_CloudTrail_eu-central-1_${day.replaceAll("-", "")}T2355Z_x${serial}.json.gz`;
  putFile(join(logs, "AWSLogs", account, "CloudTrail", "eu-central-1", ...day.split("-"), name), gzipLog(records));
}

const dayBack = (back: number): string => new Date(Date.parse(now) - back * 86_400_000).toISOString().slice(0, 10);

function place(name: string): {
  logs: string;
  run: (config: object, flags?: readonly string[]) => Promise<CliRun & { report: RunReport }>;
  report: (...flags: string[]) => Promise<CliRun>;
} {
  const folder = join(root, name);
  mkdirSync(folder);
  return {
    logs: join(folder, "logs"),
    run: async (config, flags = []) => {
      const base = { warehouse: "w.duckdb", sources: ["logs"], reportFile: "run.json" };
      writeFileSync(join(folder, "spillway.json"), JSON.stringify({ ...base, ...config }));
      const done = await runCli(["run", "--config", join(folder, "spillway.json"), ...flags], {}, now);
      // what our own run report is
      return { ...done, report: JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as RunReport };
    },
    report: async (...flags) => await runCli(["report", ...flags, "--warehouse", join(folder, "w.duckdb")], {}, now),
  };
}

describe("--fail-on first-seen", { timeout: 60_000 }, () => {
  const here = place("known");
  beforeAll(async () => {
    for (let back = 30; back > 0; back--) putDay(here.logs, dayBack(back), ["eu-central-1", "eu-north-1"]);
    expect((await here.run({})).code).toBe(0);
  });

  it("is calm where nothing is new, and names what is", async () => {
    const calm = await here.report("--from", dayBack(7), "--fail-on", "first-seen");
    expect([calm.code, calm.stderr]).toEqual([0, ""]);
    putDay(here.logs, dayBack(2), ["us-east-1"]);
    const found = await here.run({ scope: { lastDays: 7 }, failOn: ["first-seen"], strict: true });
    expect(found.code).toBe(3);
    expect(found.report.findings).toEqual([
      {
        kind: "first-seen",
        count: 4,
        message: `first seen in the range: principal arn:aws:iam::${account}:role/app in us-east-1, profile eu.anthropic.claude-sonnet-4-5-20250929-v1:0 in us-east-1, model anthropic.claude-sonnet-4-5-20250929-v1:0 in us-east-1 and 1 more`,
      },
    ]);
    const overview = await here.report("--from", dayBack(7), "--fail-on", "first-seen");
    expect(overview.code).toBe(3);
    expect(overview.stderr).toContain("exit code 3: first seen in the range: principal");
    const alone = await here.report("first-seen", "--from", dayBack(7), "--fail-on", "first-seen", "--format", "csv");
    expect(alone.code).toBe(3);
    expect(alone.stdout.split("\n").length).toBe(6);
    // the week before knew nothing of it, and the day after it is not news
    expect((await here.report("--from", dayBack(9), "--to", dayBack(2), "--fail-on", "first-seen")).code).toBe(0);
    expect((await here.report("--from", dayBack(1), "--fail-on", "first-seen")).code).toBe(0);
  });

  it("has to be named: the other findings do not include it", async () => {
    expect((await here.report("--from", dayBack(7), "--fail-on", "findings")).code).toBe(0);
    const run = await here.run({ scope: { lastDays: 7 }, failOn: ["findings"] });
    expect([run.code, run.report.findings]).toEqual([0, []]);
  });

  it("says what is not sure", async () => {
    // the hole is in the days before the range
    const hole = place("hole");
    for (let back = 30; back > 0; back--) if (back !== 20) putDay(hole.logs, dayBack(back), ["eu-north-1"]);
    putDay(hole.logs, dayBack(2), ["us-east-1"]);
    const { code, stderr } = await hole.run({ scope: { lastDays: 7 }, failOn: ["first-seen"] });
    expect(code).toBe(3);
    expect(stderr).toContain("; 4 not sure, see the column missing");
  });

  it("does not call everything new where nothing before the range is loaded", async () => {
    const fresh = place("fresh");
    for (let back = 6; back > 0; back--) putDay(fresh.logs, dayBack(back), ["us-east-1"]);
    const mild = await fresh.run({ scope: { lastDays: 7 }, failOn: ["first-seen"] });
    expect([mild.code, mild.report.findings]).toEqual([0, []]);
    expect(mild.stderr).toContain("warning: first-seen not shown: missing what happened before the range");
    const strict = await fresh.run({ scope: { lastDays: 7 }, failOn: ["first-seen"], strict: true });
    expect(strict.code).toBe(4);
    expect(strict.report.why).toContain("first-seen not shown: missing what happened before the range");
    const flags = ["--from", dayBack(7), "--fail-on", "first-seen"];
    const told = await fresh.report(...flags);
    expect([told.code, told.stderr]).toEqual([
      0,
      "warning: first-seen not shown: missing what happened before the range\n",
    ]);
    expect((await fresh.report(...flags, "--strict")).code).toBe(4);
  });

  it("needs a range with a beginning", async () => {
    const asked = await here.report("--fail-on", "first-seen");
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain("--fail-on first-seen needs a range with a beginning");
    const run = await here.run({ failOn: ["first-seen"] });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("failOn names first-seen, and the scope has no beginning");
  });
});
