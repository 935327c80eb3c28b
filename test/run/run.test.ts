/** `spillway run` inside the test: what it writes, what it says, how it ends. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { disconnectAll } from "../../src/aws/connection.ts";
import type { RunReport } from "../../src/run/run-report.ts";
import { type CliRun, queryRows, runCli } from "../support/run-cli.ts";
import { S3Server } from "../support/s3-server.ts";
import { useTestCredentials } from "../support/s3-trail.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog, logPath, putFile, putSoundFiles } from "../support/trail-files.ts";

const root = temporaryFolder();

interface Place {
  readonly folder: string;
  readonly at: (name: string) => string;
  readonly run: (flags?: readonly string[], env?: Readonly<Record<string, string>>, time?: string) => Promise<CliRun>;
  readonly report: () => RunReport;
  readonly metric: (sample: string) => number | undefined;
  readonly configure: (more: object) => void;
}

/** A folder with a small trail and a config. */
function place(name: string, config: object = {}): Place {
  const folder = join(root, name);
  mkdirSync(folder);
  putSoundFiles(join(folder, "logs"));
  const at = (file: string): string => join(folder, file);
  const base = { warehouse: "w.duckdb", sources: ["logs"], metricsFile: "spillway.prom", reportFile: "run.json" };
  const configure = (more: object): void => writeFileSync(at("spillway.json"), JSON.stringify({ ...base, ...more }));
  configure(config);
  return {
    folder,
    at,
    configure,
    run: async (flags = [], env = {}, time?: string) =>
      await runCli(["run", "--config", at("spillway.json"), ...flags], env, time),
    // what our own run report is
    report: () => JSON.parse(readFileSync(at("run.json"), "utf8")) as RunReport,
    metric(sample): number | undefined {
      const line = readFileSync(at("spillway.prom"), "utf8")
        .split("\n")
        .find((each) => each.startsWith(`${sample} `));
      return line === undefined ? undefined : Number(line.slice(sample.length + 1));
    },
  };
}

describe("a run", { timeout: 120_000 }, () => {
  it("ingests, writes the reports that `spillway report` prints, and tells what changed", async () => {
    const here = place("plain", {
      boundary: "eu",
      reports: [
        { format: ["csv", "json"], output: "out/{date}" },
        { name: "denials", output: "other" },
      ],
    });
    const first = await here.run();
    // its one account and Region has been silent for days
    expect(first.stderr.match(/^(?:warning|error).*/gm)).toEqual([
      expect.stringMatching(/no fresh log files: .*stale/),
    ]);
    expect(first.code).toBe(0);
    expect(first.stdout).toBe("");
    const written = readdirSync(here.at("out/2026-09-20"));
    expect(written).toHaveLength(34);
    for (const name of ["spillover-by-principal", "boundary-violations", "coverage"]) {
      const printed = await runCli([
        "report",
        name,
        "--warehouse",
        here.at("w.duckdb"),
        "--boundary",
        "eu",
        "--format",
        "csv",
      ]);
      expect(readFileSync(here.at(`out/2026-09-20/${name}.csv`), "utf8")).toBe(printed.stdout);
    }
    expect(readdirSync(here.at("other"))).toEqual(["denials.csv"]);

    const report = here.report();
    const [run] = await queryRows(here.at("w.duckdb"), "select * from run");
    expect(report).toMatchObject({
      runId: run?.["run_id"],
      exitCode: 0,
      outcome: "ok",
      why: [],
      error: null,
      warehouse: here.at("w.duckdb"),
      sources: [
        { name: here.at("logs"), listed: 3, known: 0, loaded: 3, skipped: 0, quarantined: 0, bedrockEvents: 4 },
      ],
      changes: {
        invocations: 3,
        spilled: 3,
        quarantinedObjects: 0,
        newServedRegions: ["eu-north-1"],
        newSpillingPrincipals: ["arn:aws:iam::111122223333:role/app"],
      },
      // the logs of the test are weeks old
      findings: [{ kind: "stale", count: 1 }],
      boundaryViolations: 0,
    });
    expect(report.identities.map(({ holds }) => holds)).toEqual([true, true, true]);
    expect(report.files).toHaveLength(35);
    for (const { target, bytes } of report.files) expect(readFileSync(target)).toHaveLength(bytes);
    expect(report.phases.map(({ name }) => name)).toEqual(["before", "ingest", "changes", "reports", "findings"]);

    putFile(
      logPath(here.at("logs"), "Late"),
      gzipLog([
        bedrockRecord(9, { additionalEventData: { inferenceRegion: "us-east-1" } }),
        bedrockRecord(10, {
          userIdentity: {
            type: "AssumedRole",
            accountId: "111122223333",
            arn: "arn:aws:sts::111122223333:assumed-role/new/s",
          },
        }),
      ]),
    );
    const second = await here.run();
    expect(second.code).toBe(0);
    expect(here.report()).toMatchObject({
      sources: [{ listed: 4, known: 3, loaded: 1 }],
      changes: {
        invocations: 2,
        spilled: 2,
        newServedRegions: ["us-east-1"],
        newSpillingPrincipals: ["arn:aws:iam::111122223333:role/new"],
      },
      findings: [
        { kind: "boundary", count: 1 },
        { kind: "stale", count: 1 },
      ],
    });
    const third = await here.run();
    expect(third.code).toBe(0);
    expect(here.report().changes).toEqual({
      invocations: 0,
      spilled: 0,
      quarantinedObjects: 0,
      newServedRegions: [],
      newSpillingPrincipals: [],
    });
    expect(readdirSync(here.folder).toSorted()).toEqual([
      "logs",
      "other",
      "out",
      "run.json",
      "spillway.json",
      "spillway.prom",
      "w.duckdb",
      "w.duckdb.work",
    ]);
  });

  it("counts source by source; what two of them list counts for the first", async () => {
    const here = place("sources", { sources: ["logs", "logs/AWSLogs", "more"] });
    putFile(logPath(here.at("more"), "Other"), gzipLog([bedrockRecord(30)]));
    putFile(here.at("more/notes.txt"), "no log");
    putFile(here.at("more/broken.json.gz"), "no log");
    expect((await here.run()).code).toBe(0);
    const { sources, counts } = here.report();
    expect(sources).toMatchObject([
      { listed: 3, loaded: 3, bedrockEvents: 4 },
      { listed: 0, loaded: 0 },
      { listed: 3, loaded: 1, skipped: 1, quarantined: 1, bedrockEvents: 1 },
    ]);
    for (const { listed, known, loaded, skipped, quarantined } of sources)
      expect(listed).toBe(known + loaded + skipped + quarantined);
    expect(sources.reduce((sum, { listed }) => sum + listed, 0)).toBe(counts?.objectsListed);
  });

  it("exits with 3 for a boundary that was crossed, with 4 for what could not be seen", async () => {
    const here = place("exit", { boundary: "us" });
    // the morning after the logs were delivered
    const next = "2026-09-03T06:00:00Z";
    expect((await here.run([], {}, next)).code).toBe(0);
    const crossed = await here.run(["--fail-on", "boundary", "--strict"], {}, next);
    expect(crossed.code).toBe(3);
    expect(crossed.stderr).toContain("exit code 3: 3 invocations served outside the boundary us");
    expect(here.report()).toMatchObject({ exitCode: 3, outcome: "findings", boundaryViolations: 3 });
    expect(here.metric("spillway_boundary_violations")).toBe(3);
    expect(here.metric("spillway_run_success")).toBe(1);
    expect((await here.run(["--fail-on", "integrity"], {}, next)).code).toBe(0);
    putFile(logPath(here.at("logs"), "Broken"), "no log");
    const gap = await here.run(["--strict"], {}, next);
    expect(gap.code).toBe(4);
    expect(here.report()).toMatchObject({ outcome: "incomplete", coverageGaps: { quarantined: 1 } });
    // still so in the next run, that reads nothing new
    expect((await here.run(["--strict"], {}, next)).code).toBe(4);
    expect(here.metric('spillway_coverage_gaps{gap="quarantined"}')).toBe(1);
    // a scope without any log: nothing is wrong there, and nothing is known
    here.configure({ boundary: "us", scope: { lastDays: 7 }, failOn: ["boundary"], strict: true });
    const silent = await here.run([], {}, "2026-09-20T06:00:00Z");
    expect(silent.code).toBe(4);
    expect(silent.stderr).toContain("any log file of the range");
    here.configure({ boundary: "us", failOn: ["findings"] });
    // an object that CloudTrail never would have replaced
    const replaced = logPath(here.at("logs"), "Sound1");
    putFile(replaced, gzipLog([bedrockRecord(40)]));
    utimesSync(replaced, new Date("2026-09-03"), new Date("2026-09-03"));
    expect((await here.run([], {}, next)).code).toBe(3);
    expect(here.report().findings).toMatchObject([{ kind: "boundary" }, { kind: "integrity", count: 1 }]);
  });

  it("that fails says so in its report and metrics, and keeps the time of the last success", async () => {
    const here = place("fails");
    expect((await here.run()).code).toBe(0);
    const success = here.metric("spillway_run_last_success_timestamp_seconds");
    expect(success).toBe(Date.parse("2026-09-20T06:00:00Z") / 1000);
    rmSync(here.at("logs"), { recursive: true });
    const run = await here.run();
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("there is no folder");
    expect(here.report()).toMatchObject({
      exitCode: 1,
      outcome: "failed",
      runId: null,
      error: { code: "source-not-found", next: expect.stringMatching(/Name a folder/) },
      files: [],
    });
    expect(here.metric("spillway_run_success")).toBe(0);
    expect(here.metric("spillway_run_exit_code")).toBe(1);
    expect(here.metric("spillway_run_last_success_timestamp_seconds")).toBe(success);
  });

  it("without sources, or with a config that is wrong, exits with 2 before it touches anything", async () => {
    const here = place("none", { sources: [] });
    const none = await here.run();
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("there are no sources to run over");
    here.configure({ metricFile: "x" });
    const wrong = await here.run();
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("unknown key metricFile; the nearest known one is metricsFile");
    expect(readdirSync(here.folder).toSorted()).toEqual(["logs", "spillway.json"]);
  });

  it("logs in JSON when the config says so, down to its last error", async () => {
    const here = place("json", { logFormat: "json", sources: ["logs", "nowhere"] });
    const run = await here.run();
    const lines = run.stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>); // our own log lines
    expect(lines.at(-1)).toMatchObject({ level: "error", code: "source-not-found" });
    expect(lines[0]).toMatchObject({ level: "info", phase: "before" });
  });

  it("covers people in reports and in its own report", async () => {
    const mail = {
      type: "AssumedRole",
      accountId: "111122223333",
      arn: "arn:aws:sts::111122223333:assumed-role/app/jo@example.org",
    };
    const user = { type: "IAMUser", accountId: "111122223333", arn: "arn:aws:iam::111122223333:user/jo@example.org" };
    const here = place("people", { personalData: "pseudonymise", reports: [{ output: "out" }] });
    putFile(
      logPath(here.at("logs"), "Mail"),
      gzipLog([bedrockRecord(50, { userIdentity: mail }), bedrockRecord(51, { userIdentity: user })]),
    );
    expect((await here.run()).code).toBe(2);
    expect((await here.run([], { SPILLWAY_PSEUDONYMISE_KEY: "a long random secret of a test" })).code).toBe(0);
    const texts = [...readdirSync(here.at("out")).map((name) => `out/${name}`), "run.json", "spillway.prom"].map(
      (name) => readFileSync(here.at(name), "utf8"),
    );
    for (const text of texts) expect(text).not.toContain("jo@example.org");
    expect(texts.join("\n")).toMatch(/user\/[0-9a-f]{16}/);
    putFile(here.at("key"), "another long random secret of a test\n");
    here.configure({ personalData: "pseudonymise", pseudonymiseKeyFile: "key", reports: [{ output: "keyed" }] });
    expect((await here.run()).code).toBe(0);
    const name = "spillover-by-principal.csv";
    expect(readFileSync(here.at(`keyed/${name}`), "utf8")).not.toBe(readFileSync(here.at(`out/${name}`), "utf8"));
  });

  it("prunes what is older than its retention, and says when something comes late for it", async () => {
    const here = place("retention", { retentionDays: 10 });
    putFile(logPath(here.at("logs"), "New"), gzipLog([bedrockRecord(60, { eventTime: "2026-09-12T10:00:00Z" })]));
    expect((await here.run()).code).toBe(0);
    expect(here.report()).toMatchObject({
      pruned: { before: "2026-09-10", invocations: 3, events: 3 },
      changes: { invocations: 4 },
    });
    expect(here.metric("spillway_invocations")).toBe(1);
    putFile(logPath(here.at("logs"), "Late"), gzipLog([bedrockRecord(61)]));
    const late = await here.run();
    expect(late.code).toBe(0);
    expect(late.stderr).toContain("1 events came late, for days that were pruned, and were left out");
    expect(here.report()).toMatchObject({ lateEvents: 1, changes: { invocations: 0 } });
    expect(await queryRows(here.at("w.duckdb"), "select count(*)::int as n from invocation")).toEqual([{ n: 1 }]);
  });

  it("cannot write a report: it fails, with what it could write in its report", async () => {
    const here = place("unwritable", {
      reports: [
        { name: "denials", output: "out" },
        { name: "denials", output: "file" },
      ],
    });
    putFile(here.at("file"), "in the way");
    const run = await here.run();
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/cannot (?:write|make the folder of) .*denials\.csv/);
    expect(here.report()).toMatchObject({ outcome: "failed", error: { code: "output" } });
    expect(here.report().files).toHaveLength(1);
  });
});

it("that cannot leave its metrics has failed, and its report says so", { timeout: 60_000 }, async () => {
  const here = place("metrics", { metricsFile: "spillway.json/spillway.prom" });
  const run = await here.run();
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/cannot make the folder of .*spillway\.prom/);
  expect(here.report()).toMatchObject({
    exitCode: 1,
    outcome: "failed",
    error: { code: "output" },
    changes: { invocations: 3 },
  });
});

describe("spillway prune", { timeout: 60_000 }, () => {
  it("says what it would do, does it, and refuses half days and the future", async () => {
    const here = place("prune");
    expect((await here.run()).code).toBe(0);
    const prune = async (...flags: string[]): Promise<CliRun> =>
      await runCli(["prune", "--warehouse", here.at("w.duckdb"), ...flags]);
    const count = async (): Promise<unknown> =>
      (await queryRows(here.at("w.duckdb"), "select count(*)::int as n from event"))[0]?.["n"];
    const dry = await prune("--before", "2026-09-10", "--dry-run");
    expect(dry.stderr).toContain("3 invocations, 3 events, 0 variants, 0 quarantine rows would be removed");
    expect(await count()).toBe(3);
    const done = await prune("--before", "2026-09-10");
    expect(done.code).toBe(0);
    expect(done.stderr).toMatch(
      /3 invocations, 3 events, 0 variants, 0 quarantine rows removed\npublished .*: [\d,]+ bytes before, [\d,]+ bytes after; so small a file gains nothing, and may grow by a few blocks\n/,
    );
    expect(await count()).toBe(0);
    const again = await here.run();
    expect(again.code).toBe(0);
    expect(here.report().sources).toMatchObject([{ known: 3, loaded: 0 }]);
    for (const before of ["2026-09-10T12:00:00Z", "2027-01-01", "soon"]) {
      const refused = await prune("--before", before);
      expect(refused.code).toBe(2);
    }
    const missing = await runCli(["prune", "--before", "2026-01-01", "--warehouse", here.at("none.duckdb")]);
    expect(missing.code).toBe(1);
    expect(existsSync(here.at("none.duckdb"))).toBe(false);
  });
});

describe("reports in a bucket", { timeout: 60_000 }, () => {
  let server: S3Server;
  beforeAll(async () => {
    useTestCredentials();
    server = await S3Server.start({ bucket: "reports", region: "eu-central-1" });
  });
  afterAll(async () => {
    await disconnectAll();
    await server[Symbol.asyncDispose]();
  });
  const output = (): object => ({ output: "s3://reports/spillway/{date}/", s3Endpoint: server.endpoint });

  it("are the bytes of a folder's, in the bucket's Region, sent again after a failure", async () => {
    const here = place("bucket");
    here.configure({
      reports: [
        { output: "out", format: ["csv", "parquet"] },
        { ...output(), format: ["csv", "parquet"] },
      ],
    });
    let failed = 0;
    server.options = {
      ...server.options,
      fault: ({ kind, region }) =>
        kind === "put" && region === "eu-central-1" && failed++ < 2
          ? { type: "error", status: 503, code: "SlowDown" }
          : undefined,
    };
    expect((await here.run()).code).toBe(0);
    const names = readdirSync(here.at("out")).toSorted();
    expect(names).toHaveLength(30);
    expect([...server.objects.keys()].toSorted()).toEqual(names.map((name) => `spillway/2026-09-20/${name}`));
    for (const name of names) {
      expect(server.objects.get(`spillway/2026-09-20/${name}`)?.body).toEqual(readFileSync(here.at(`out/${name}`)));
    }
    // every file once, the two failures, and one redirect to the Region
    expect(server.count("put")).toBe(names.length + 3);
    const put = server.requests.find(({ kind, path }) => kind === "put" && path.endsWith("denials.csv"));
    expect(put?.headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(here.report().files.map(({ target }) => target)).toContain("s3://reports/spillway/2026-09-20/denials.csv");
  });

  it("that may not be written: the permission is named, the run fails and reports it", async () => {
    const here = place("denied");
    here.configure({ reports: [{ ...output(), name: "denials" }] });
    server.options = {
      ...server.options,
      fault: ({ kind }) =>
        kind === "put" ? { type: "error", status: 403, code: "AccessDenied", message: "Access Denied" } : undefined,
    };
    const run = await here.run();
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/s3:PutObject is missing/);
    expect(run.stderr).toMatch(/Allow s3:PutObject on arn:aws:s3:::reports\/\*/);
    expect(here.report().error?.code).toBe("source-denied");
  });
});
