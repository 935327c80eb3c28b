/** Signals and streams, as real processes: whatever hangs, a stop is obeyed; whoever went away does not end the batch. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunReport } from "../../src/run/run-report.ts";
import { queryRows, runCli } from "../support/run-cli.ts";
import { S3Server } from "../support/s3-server.ts";
import { type SpawnedCli, cliCommand, spawnCli } from "../support/spawn-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog, logPath, putFile, putSoundFiles } from "../support/trail-files.ts";

const root = temporaryFolder();
const env = {
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_REGION: "eu-central-1",
  AWS_CONFIG_FILE: "/dev/null",
};
/** Takes requests and never answers. */
const silent = createServer(() => undefined);
let silentEndpoint = "";

beforeAll(async () => {
  await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
  // It listens on a port, so its address is not a pipe.
  silentEndpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
});
afterAll(() => {
  silent.closeAllConnections();
  silent.close();
});

interface Place {
  readonly at: (name: string) => string;
  readonly args: readonly string[];
  readonly report: () => RunReport;
}

let places = 0;
function place(sources: readonly unknown[], more: object = {}): Place {
  const folder = join(root, `place-${places++}`);
  mkdirSync(folder);
  putSoundFiles(join(folder, "logs"));
  const config = { warehouse: "w.duckdb", threads: 1, sources, metricsFile: "m.prom", reportFile: "run.json", ...more };
  writeFileSync(join(folder, "spillway.json"), JSON.stringify(config));
  return {
    at: (name) => join(folder, name),
    args: ["run", "--config", join(folder, "spillway.json")],
    // what our own run report is
    report: () => JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as RunReport,
  };
}

/** Ten seconds are promised; a busy machine is given some more, and those who obey later are killed: then there is no exit code. */
async function endAfter(signal: NodeJS.Signals, { child, ended }: SpawnedCli): Promise<Awaited<SpawnedCli["ended"]>> {
  child.kill(signal);
  const killer = setTimeout(() => child.kill("SIGKILL"), 20_000);
  const end = await ended;
  clearTimeout(killer);
  return end;
}

describe("a stop", { timeout: 120_000 }, () => {
  it.each(["SIGTERM", "SIGHUP", "SIGINT"] as const)("%s while a bucket never answers its listing", async (signal) => {
    const here = place(["logs", { source: "s3://trail-bucket", s3Endpoint: silentEndpoint, s3PathStyle: true }]);
    const asked = new Promise((resolve) => silent.once("request", resolve));
    const run = spawnCli(here.args, { env });
    await asked;
    const end = await endAfter(signal, run);
    expect([end.code, end.signal]).toEqual([1, null]);
    expect(here.report()).toMatchObject({ outcome: "interrupted", exitCode: 1 });
    expect(readFileSync(here.at("m.prom"), "utf8")).toContain("spillway_run_success 0");
    // what was read before it is published
    expect(await queryRows(here.at("w.duckdb"), "select count(*)::int as n from invocation")).toEqual([{ n: 3 }]);
  });

  it("SIGTERM while a bucket never sends an object", async () => {
    await using server = await S3Server.start();
    server.put(logPath("", "InBucket").replace(/^\//, ""), gzipLog([bedrockRecord(7)]));
    let hangs: (value: unknown) => void = () => undefined;
    const hanging = new Promise((resolve) => (hangs = resolve));
    server.options = {
      fault: ({ kind }) => {
        if (kind !== "get") return undefined;
        hangs(kind);
        return { type: "wait", ms: 600_000 };
      },
    };
    const here = place(["logs", { source: "s3://trail-bucket", s3Endpoint: server.endpoint, s3PathStyle: true }]);
    const run = spawnCli(here.args, { env });
    await hanging;
    const end = await endAfter("SIGTERM", run);
    expect([end.code, end.signal]).toEqual([1, null]);
    expect(here.report()).toMatchObject({ outcome: "interrupted" });
    // nothing is lost: what was not committed is read by the next run
    server.options = {};
    expect((await spawnCli(here.args, { env }).ended).code).toBe(0);
    expect(await queryRows(here.at("w.duckdb"), "select count(*)::int as n from invocation")).toEqual([{ n: 4 }]);
  });

  it("SIGTERM while a credential process never ends: the report is written, what hangs is left behind", async () => {
    const here = place([
      "logs",
      { source: "s3://trail-bucket", s3Endpoint: silentEndpoint, s3PathStyle: true, profile: "slow" },
    ]);
    const config = putFile(
      here.at("aws-config"),
      `[profile slow]\ncredential_process = sh -c 'touch ${here.at("asked")}; exec sleep 300'\nregion = eu-central-1\n`,
    );
    const run = spawnCli(here.args, { env: { AWS_CONFIG_FILE: config, AWS_REGION: "eu-central-1" } });
    for (let turn = 0; turn < 600 && !exists(here.at("asked")); turn++) await sleep(50);
    const end = await endAfter("SIGTERM", run);
    expect([end.code, end.signal]).toEqual([1, null]);
    expect(here.report()).toMatchObject({ outcome: "interrupted", exitCode: 1 });
  });

  it("one SIGINT ends a result that is being written, and a statement that would run for minutes", async () => {
    const here = place(["logs"]);
    expect((await runCli(here.args)).code).toBe(0);
    const long = "select r.range as a, repeat('x', 200) as text from range(300000000) r";
    const slow = "select count(*) as n from range(200000) a, range(1000000) b where hash(a.range + b.range) % 7 = 1";
    for (const args of [
      [long, "--format", "csv", "--output", here.at("out.csv")],
      [slow, "--format", "csv", "--output", here.at("out.csv")],
      // written by Spillway itself, into a file and into a pipe
      [long, "--format", "json", "--output", here.at("out.json")],
      [long, "--format", "csv"],
    ]) {
      const query = spawnCli(["query", ...args, "--warehouse", here.at("w.duckdb")]);
      await sleep(1500);
      const end = await endAfter("SIGINT", query);
      expect([end.code, end.signal, end.stderr]).toEqual([
        1,
        null,
        expect.stringMatching(/^error: .*(?:[Ss]topped|interrupted).*\n.*[Rr]un it again\n$/),
      ]);
    }
    expect(readdirSync(here.at("")).filter((name) => name.startsWith("out."))).toEqual([]);
  });
});

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

describe("a stream", { timeout: 60_000 }, () => {
  it("stderr whose reader went away does not end the batch", async () => {
    const here = place(["logs"]);
    const { child, ended } = spawnCli(here.args);
    child.stderr?.destroy();
    expect((await ended).code).toBe(0);
    expect(here.report().outcome).toBe("ok");
  });

  it("stdout on a full disk is one line", async () => {
    const here = place(["logs"]);
    expect((await runCli(here.args)).code).toBe(0);
    const [program, ...rest] = cliCommand();
    const query = ["query", "select range from range(100000)", "--format", "csv", "--warehouse", here.at("w.duckdb")];
    const child = spawn("sh", ["-c", `exec "$@" > /dev/full`, "sh", program ?? "", ...rest, ...query], {
      stdio: "pipe",
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: cannot write the result: no space left behind stdout\nFree some space.*\n$/);
  });
});
