/** Invocation logs in a bucket, through the real SDK: what is listed, what is fetched, late files, and a bucket that holds both kinds. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { disconnectAll } from "../../../../src/aws/connection.ts";
import { gzipLines, invocationLog, invocationLogPath, logKey, requestId } from "../../../support/invocation-logs.ts";
import { type CliRun, queryRows, runCli } from "../../../support/run-cli.ts";
import { S3Server } from "../../../support/s3-server.ts";
import { trailKey, useTestCredentials } from "../../../support/s3-trail.ts";
import { temporaryFolder } from "../../../support/temp-folder.ts";
import { bedrockRecord, gzipLog, putFile } from "../../../support/trail-files.ts";

const folder = temporaryFolder();
const warehouse = join(folder, "w.duckdb");
let server: S3Server;
beforeAll(async () => {
  useTestCredentials();
  server = await S3Server.start({ region: "eu-central-1" });
});
afterAll(async () => {
  await disconnectAll();
  await server[Symbol.asyncDispose]();
});

const gets = (): readonly string[] => server.requests.filter(({ kind }) => kind === "get").map(({ path }) => path);

/** One run at six in the morning of a day. */
async function ingest(day: string, ...sources: readonly string[]): Promise<CliRun> {
  server.requests.length = 0;
  return await runCli(
    ["ingest", ...sources, "--warehouse", warehouse, "--s3-endpoint", server.endpoint],
    {},
    `${day}T06:00:00Z`,
  );
}

it("each source takes its own of a bucket, late files are found, and no body is ever fetched", async () => {
  const [trail, logs] = [`s3://${server.bucket}`, `invocation-logs:s3://${server.bucket}`];
  const call = (n: number): unknown => bedrockRecord(n, { additionalEventData: null });
  server.put(trailKey({ day: "2026-09-02", region: "eu-central-1" }), gzipLog([1, 2, 3, 4].map(call)));
  const first = logKey("20260902T100001000Z_a");
  server.put(first, gzipLines([invocationLog(1)]));
  server.put(logKey(`data/${requestId(1)}_input`), "a prompt");
  server.put(logKey(`data/${requestId(1)}_output`), "a completion");
  server.put("AWSLogs/111122223333/BedrockModelInvocationLogs/eu-central-1/amazon-bedrock-logs-permission-check", "");
  server.put("AWSLogs/amazon-bedrock-logs-permission-check", "");

  const both = await ingest("2026-09-03", trail, logs);
  expect(both.code, both.stderr).toBe(0);
  expect(both.stderr).toContain("objects   5 listed = 2 loaded + 0 already loaded + 3 skipped + 0 quarantined");
  expect(both.stderr).toContain("1 kept = 1 new + 0 duplicates");
  expect(gets().toSorted()).toEqual([first, trailKey({ day: "2026-09-02", region: "eu-central-1" })].toSorted());

  // within the two days of every run, and within the thirty of one run a day
  const late = logKey("20260902T110001000Z_b", { hour: "11" });
  server.put(late, gzipLines([invocationLog(2), invocationLog(1)]));
  const again = await ingest("2026-09-03", logs);
  expect(again.stderr).toContain("2 kept = 1 new + 1 duplicates");
  expect(gets()).toEqual([late]);
  const later = logKey("20260903T110001000Z_c", { hour: "12" });
  server.put(later, gzipLines([invocationLog(3)]));
  expect((await ingest("2026-09-20", logs)).stderr).toContain("1 kept = 1 new + 0 duplicates");
  expect(gets()).toEqual([later]);
  expect(gets().filter((path) => path.includes("/data/"))).toEqual([]);

  const evidence = "select region_evidence as e, count(*) as n from invocation group by 1 order by 1";
  expect(await queryRows(warehouse, evidence)).toEqual([
    { e: "absence", n: 1 },
    { e: "invocation-log", n: 3 },
  ]);
  // the fourth call lies within what was listed
  expect(await queryRows(warehouse, "select kind, day, count from invocation_log_gaps")).toEqual([
    { kind: "call-without-log", day: "2026-09-02", count: 1 },
  ]);
  // nothing of it passes for a delivered trail
  expect(await queryRows(warehouse, "select count(*) as n from trail_object")).toEqual([{ n: 1 }]);
  expect(await queryRows(warehouse, "select distinct source from listed_range")).toHaveLength(1);
}, 120_000);

it("a prefix without invocation logs says what was looked for", async () => {
  const run = await ingest("2026-09-20", `invocation-logs:s3://${server.bucket}/elsewhere`);
  expect(run.code).not.toBe(0);
  expect(run.stderr).toMatch(/no model invocation log found .*BedrockModelInvocationLogs\/REGION\//);
  expect(run.stderr).toContain("get-model-invocation-logging-configuration");
});

it("in a config: checked, tried out and run like any other source", async () => {
  const { writeFileSync } = await import("node:fs");
  const config = join(folder, "spillway.json");
  const sources = [
    { source: `s3://${server.bucket}`, s3Endpoint: server.endpoint },
    { source: `invocation-logs:s3://${server.bucket}`, s3Endpoint: server.endpoint },
    // from where the config lies, wherever the run starts
    "invocation-logs:./local",
  ];
  putFile(invocationLogPath(join(folder, "local"), "20260902T100009Z_d"), gzipLines([invocationLog(4)]));
  writeFileSync(config, JSON.stringify({ sources, warehouse: join(folder, "run.duckdb") }));
  const check = await runCli(["config", "check", "--connect", "--config", config], {}, "2026-09-03T06:00:00Z");
  expect(check.stdout + check.stderr).toContain(`invocation-logs:s3://${server.bucket}: get one object`);
  const run = await runCli(["run", "--config", config], {}, "2026-09-03T06:00:00Z");
  expect(run.code, run.stderr).toBe(0);
  expect(
    await queryRows(
      join(folder, "run.duckdb"),
      "select count(*) as n from invocation where region_evidence = 'invocation-log'",
    ),
  ).toEqual([{ n: 4 }]);
}, 120_000);
