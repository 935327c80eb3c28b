/** A run whose sources or outputs fail one by one: what can be read is read, published and reported, and the run says which failed. */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { disconnectAll } from "../../src/aws/connection.ts";
import type { RunReport } from "../../src/run/run-report.ts";
import { type CliRun, queryRows, runCli } from "../support/run-cli.ts";
import { S3Server } from "../support/s3-server.ts";
import { useTestCredentials } from "../support/s3-trail.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog, logPath, putFile } from "../support/trail-files.ts";

const root = temporaryFolder();
let server: S3Server;

beforeAll(async () => {
  useTestCredentials();
  server = await S3Server.start();
});
afterAll(async () => {
  await disconnectAll();
  await server[Symbol.asyncDispose]();
});

interface Place {
  readonly at: (name: string) => string;
  readonly run: () => Promise<CliRun>;
  readonly report: () => RunReport;
  readonly metric: (sample: string) => number | undefined;
  readonly invocations: () => Promise<number>;
}

let places = 0;
function place(config: object): Place {
  const folder = join(root, `place-${places++}`);
  mkdirSync(folder);
  const at = (file: string): string => join(folder, file);
  for (const [n, name] of ["one", "two", "three"].entries())
    putFile(logPath(at(name), `File${n}`), gzipLog([bedrockRecord(n)]));
  const base = {
    warehouse: "w.duckdb",
    threads: 1,
    metricsFile: "m.prom",
    reportFile: "run.json",
    reports: [{ name: "spillover-by-region", output: "out" }],
  };
  writeFileSync(at("spillway.json"), JSON.stringify({ ...base, ...config }));
  return {
    at,
    run: async () => await runCli(["run", "--config", at("spillway.json")]),
    // what our own run report is
    report: () => JSON.parse(readFileSync(at("run.json"), "utf8")) as RunReport,
    metric(sample) {
      const line = readFileSync(at("m.prom"), "utf8")
        .split("\n")
        .find((each) => each.startsWith(`${sample} `));
      return line === undefined ? undefined : Number(line.slice(sample.length + 1));
    },
    invocations: async () =>
      Number((await queryRows(at("w.duckdb"), "select count(*)::int as n from invocation"))[0]?.["n"]),
  };
}

it("a folder that is not there stops neither those behind it nor the reports", async () => {
  const here = place({ sources: ["one", "missing", "three"] });
  const run = await here.run();
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("there is no folder");
  expect(here.report()).toMatchObject({
    outcome: "failed",
    exitCode: 1,
    failed: [{ what: expect.stringContaining("missing"), code: "source-not-found" }],
    changes: { invocations: 2 },
    files: [{ report: "spillover-by-region", rows: 1 }],
  });
  expect(here.metric("spillway_run_success")).toBe(0);
  expect(here.metric('spillway_run_sources{status="failed"}')).toBe(1);
  expect(here.metric('spillway_run_sources{status="read"}')).toBe(2);
  expect(await here.invocations()).toBe(2);
  putFile(logPath(here.at("missing"), "Back"), gzipLog([bedrockRecord(9)]));
  expect((await here.run()).code).toBe(0);
  expect(here.report()).toMatchObject({ failed: [], changes: { invocations: 1 } });
});

it("nor does a bucket that refuses, in its listing or in its objects", async () => {
  const bucket = { source: "s3://trail-bucket", s3Endpoint: server.endpoint, s3PathStyle: true };
  const key = logPath("", "InBucket").replace(/^\//, "");
  server.put(key, gzipLog([bedrockRecord(7)]));
  for (const kind of ["list", "get"]) {
    server.options = {
      fault: (request) => (request.kind === kind ? { type: "error", status: 403, code: "AccessDenied" } : undefined),
    };
    const here = place({ sources: ["one", bucket, "three"] });
    const run = await here.run();
    expect([run.code, run.stderr]).toEqual([1, expect.stringMatching(/error: /)]);
    expect(here.report().failed).toMatchObject([{ what: "s3://trail-bucket", code: "source-denied" }]);
    expect(here.report().files).toHaveLength(1);
    expect(await here.invocations()).toBe(2);
    server.options = {};
    expect((await here.run()).code).toBe(0);
    expect(await here.invocations()).toBe(3);
  }
});

it("with every source dead the reports still say what is there; a first run leaves nothing but its report and metrics", async () => {
  const here = place({ sources: ["one", "two"] });
  const [one, two] = [here.at("one"), here.at("two")];
  const first = place({ sources: ["nowhere", "nowhere-else"] });
  const failed = await first.run();
  expect(failed.code).toBe(1);
  expect(first.report().failed.map(({ code }) => code)).toEqual(["source-not-found"]);
  expect(first.metric("spillway_run_success")).toBe(0);
  expect(readdirSync(first.at("."))).not.toContain("w.duckdb.work");

  expect((await here.run()).code).toBe(0);
  for (const folder of [one, two, here.at("out")]) rmSync(folder, { recursive: true });
  expect((await here.run()).code).toBe(1);
  expect(here.report()).toMatchObject({ outcome: "failed", files: [{ rows: 1 }] });
  expect(here.metric("spillway_invocations")).toBe(2);
});

it("a report that cannot be written does not keep the others from being written", async () => {
  const here = place({
    sources: ["one"],
    reports: [
      { name: "denials", output: "spillway.json/out" },
      { name: "spillover-by-region", output: "out" },
    ],
  });
  const run = await here.run();
  expect(run.code).toBe(1);
  expect(here.report()).toMatchObject({
    failed: [{ what: expect.stringContaining("denials.csv"), code: "output" }],
    files: [{ report: "spillover-by-region" }],
  });
});

it("a run report that cannot be written is told of by the metrics", async () => {
  const here = place({ sources: ["one"], reportFile: "spillway.json/run.json" });
  expect((await here.run()).code).toBe(1);
  expect(here.metric("spillway_run_success")).toBe(0);
  expect(here.metric("spillway_run_exit_code")).toBe(1);
});

it("what run refuses, config check refuses in the same words", async () => {
  for (const config of [
    { sources: [] },
    { sources: ["one"], warehouse: "no-folder/w.duckdb" },
    { sources: ["one"], personalData: "pseudonymise" },
    { sources: ["one"], personalData: "pseudonymise", pseudonymiseKeyFile: "no-key" },
    { sources: ["one"], failOn: ["boundary"] },
  ]) {
    const here = place(config);
    const run = await here.run();
    const check = await runCli(["config", "check", "--config", here.at("spillway.json")]);
    expect([run.code, run.stderr]).toEqual([2, check.stderr]);
    expect(check.code).toBe(2);
  }
});

it("config check --connect tries everything that a run needs, one line each, and changes nothing", async () => {
  const bucket = { source: "s3://trail-bucket", s3Endpoint: server.endpoint, s3PathStyle: true };
  server.put(logPath("", "InBucket").replace(/^\//, ""), gzipLog([bedrockRecord(7)]));
  const here = place({
    sources: ["one", "missing", bucket],
    reports: [{ name: "denials", output: "spillway.json/out" }],
  });
  const before = readdirSync(here.at("."));
  const check = async (): Promise<CliRun> =>
    await runCli(["config", "check", "--connect", "--config", here.at("spillway.json")], {
      HTTPS_PROXY: "http://user:secret@proxy.example:3128",
    });
  const first = await check();
  const lines = first.stdout.trimEnd().split("\n");
  expect(lines.map((line) => line.replace(root, "").replace(/\/place-\d+/, ""))).toEqual([
    "ok    proxy: HTTPS_PROXY=http://…@proxy.example:3128",
    expect.stringMatching(/^ok {4}.*one: credentials and listing/),
    expect.stringMatching(/^ok {4}.*one: get one object: \d+ bytes of file:/),
    expect.stringMatching(/^FAIL {2}.*missing: credentials and listing: there is no folder/),
    "ok    s3://trail-bucket: credentials and listing: lists log files",
    expect.stringMatching(/^ok {4}s3:\/\/trail-bucket: get one object: \d+ bytes of s3:/),
    expect.stringMatching(/^ok {4}write beside .*w\.duckdb$/),
    expect.stringMatching(/^FAIL {2}write to .*spillway\.json\/out: cannot make the folder/),
    expect.stringMatching(/^ok {4}write metrics beside .*m\.prom$/),
    expect.stringMatching(/^ok {4}write run report beside .*run\.json$/),
    expect.stringMatching(/^ok {4}write to the temporary folder/),
  ]);
  expect(first.code).toBe(1);
  expect(readdirSync(here.at("."))).toEqual(before);
  server.options = {
    fault: ({ kind }) => (kind === "get" ? { type: "error", status: 403, code: "AccessDenied" } : undefined),
  };
  const denied = await check();
  server.options = {};
  expect(denied.stdout).toMatch(/^FAIL {2}s3:\/\/trail-bucket: get one object: .*s3:GetObject/m);
});
