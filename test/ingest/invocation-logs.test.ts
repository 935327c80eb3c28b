import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gzipLines, invocationLog, invocationLogPath, requestId } from "../support/invocation-logs.ts";
import { queryRows, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { type AnyRecord, bedrockRecord, gzipLog, logPath, putFile } from "../support/trail-files.ts";

const completion = (n: number, region: string | null, over: AnyRecord = {}): AnyRecord =>
  bedrockRecord(n, {
    eventName: "ConverseStream",
    eventType: "AwsServiceEvent",
    eventID: `c0000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
    requestID: `c0000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
    requestParameters: null,
    additionalEventData: null,
    serviceEventDetails: {
      parentRequestId: requestId(n),
      additionalEventData: { additionalEntries: region === null ? {} : { inferenceRegion: region } },
    },
    ...over,
  });
const streamed = { eventName: "ConverseStream", additionalEventData: null };
const plain = { additionalEventData: null };
const omitted = { additionalEventData: { omitted: true, reason: "size", originalSize: 300_000 } };
const onModel = { requestParameters: { modelId: "anthropic.claude-3-haiku-20240307-v1:0" }, additionalEventData: null };

/** A call for each way in which its Region is known or not. The number is the call's. */
const trail: readonly AnyRecord[] = [
  bedrockRecord(1, { additionalEventData: { inferenceRegion: "eu-north-1", inputTokens: 5 } }),
  bedrockRecord(2, streamed),
  completion(2, "eu-north-1"),
  bedrockRecord(3, streamed),
  completion(3, null),
  bedrockRecord(4, plain),
  bedrockRecord(5, onModel),
  bedrockRecord(6, streamed),
  bedrockRecord(7, omitted),
  bedrockRecord(8, { errorCode: "AccessDenied", ...plain }),
  bedrockRecord(9, { errorCode: "ThrottlingException", ...plain }),
  bedrockRecord(10, { requestID: "HIDDEN_DUE_TO_SECURITY_REASONS", sharedEventID: null, ...plain }),
  bedrockRecord(11, { ...streamed, requestID: requestId(11).replace("0000-4000", "ABCD-4000") }),
  bedrockRecord(12, streamed),
];

const silent = { inferenceRegion: undefined };
const failed = { errorCode: "ThrottlingException", input: {}, output: {} };

const logs: readonly AnyRecord[] = [
  ...[1, 2, 3, 4, 5, 6, 7].map((n) => invocationLog(n)),
  invocationLog(8, failed),
  invocationLog(9, failed),
  invocationLog(10, { requestId: "HIDDEN_DUE_TO_SECURITY_REASONS" }),
  invocationLog(11, { requestId: requestId(11).replace("0000-4000", "AbCd-4000"), inferenceRegion: "eu-central-1" }),
  invocationLog(12, silent),
  // alone; of another Region; of another account
  invocationLog(40),
  invocationLog(6, { region: "eu-west-1", inferenceRegion: "us-east-1" }),
  invocationLog(6, { accountId: "444455556666", inferenceRegion: "us-east-2" }),
];

function putTrail(folder: string): string {
  putFile(logPath(folder, "Calls"), gzipLog(trail));
  return folder;
}

const evidence =
  "select right(request_id, 2) as call, outcome, region_evidence as evidence, served_region as served, region_conflict as conflict, input_tokens as input, output_tokens as output from invocation order by event_time";
const short = (rows: readonly Record<string, unknown>[]): unknown[] =>
  rows.map((row) => [
    row["call"],
    row["outcome"],
    row["evidence"],
    row["served"],
    row["conflict"],
    row["input"],
    row["output"],
  ]);

async function load(warehouse: string, ...sources: readonly string[]): Promise<void> {
  const run = await runCli(["ingest", ...sources, "--warehouse", warehouse]);
  expect(run.stderr).not.toMatch(/warn/i);
  expect(run.code).toBe(0);
}

describe("the evidence of a trail", () => {
  it("without its invocation logs, and with them: which unknowns they settle", async () => {
    const folder = temporaryFolder();
    const warehouse = join(folder, "w.duckdb");
    await load(warehouse, putTrail(join(folder, "trail")));
    expect(short(await queryRows(warehouse, evidence))).toEqual([
      ["01", "served", "api-call", "eu-north-1", false, 5, null],
      ["02", "served", "stream-completion", "eu-north-1", false, null, null],
      ["03", "served", "absence", "eu-central-1", false, null, null],
      ["04", "served", "absence", "eu-central-1", false, null, null],
      ["05", "served", "direct", "eu-central-1", false, null, null],
      ["06", "served", "pending", null, false, null, null],
      ["07", "served", "unresolvable", null, false, null, null],
      ["08", "denied", null, null, false, null, null],
      ["09", "throttled", null, null, false, null, null],
      ["NS", "served", "absence", "eu-central-1", false, null, null],
      ["11", "served", "pending", null, false, null, null],
      ["12", "served", "pending", null, false, null, null],
    ]);
    putFile(invocationLogPath(join(folder, "logs"), "20260902T100000000Z_0a"), gzipLines(logs));
    await load(warehouse, `invocation-logs:${join(folder, "logs")}`);
    expect(short(await queryRows(warehouse, evidence))).toEqual([
      ["01", "served", "api-call", "eu-north-1", true, 5, 88],
      ["02", "served", "stream-completion", "eu-north-1", true, 12, 88],
      ["03", "served", "invocation-log", "eu-west-3", false, 12, 88],
      ["04", "served", "invocation-log", "eu-west-3", false, 12, 88],
      ["05", "served", "invocation-log", "eu-west-3", false, 12, 88],
      ["06", "served", "invocation-log", "eu-west-3", false, 12, 88],
      ["07", "served", "invocation-log", "eu-west-3", false, 12, 88],
      ["08", "denied", null, null, false, null, null],
      ["09", "throttled", null, null, false, null, null],
      ["NS", "served", "absence", "eu-central-1", false, null, null],
      ["11", "served", "invocation-log", "eu-central-1", false, 12, 88],
      ["12", "served", "pending", null, false, 12, 88],
    ]);
    const [run] = await queryRows(
      warehouse,
      "select log_records, logs_kept, new_logs, log_duplicates, records from run order by started_at desc, log_records desc limit 1",
    );
    expect(run).toEqual({ log_records: 15, logs_kept: 15, new_logs: 15, log_duplicates: 0, records: 0 });
  });
});

describe("a folder of invocation logs", () => {
  it("is read in every form that Bedrock and people leave it in; a record twice is one; what is not a log is named", async () => {
    const folder = temporaryFolder();
    const [warehouse, source] = [join(folder, "w.duckdb"), join(folder, "logs")];
    const put = (name: string, content: string | Uint8Array): string =>
      putFile(invocationLogPath(source, name), content);
    put("20260902T100001Z_1", gzipLines([invocationLog(1), invocationLog(2)]));
    // plain text, a list, blanks between
    putFile(
      join(source, "flat", "20260902T100002Z_2.json"),
      JSON.stringify([invocationLog(3), invocationLog(1)], null, 2),
    );
    put(
      "20260902T100003Z_3",
      gzipSync(`\uFEFF${JSON.stringify([invocationLog(4)])}\r\n\r\n[]${JSON.stringify(invocationLog(5))}`),
    );
    put("data/x_input", "not even gzip");
    put("data/x_output", "not even gzip");
    putFile(join(source, "flat", `${requestId(1)}_input.json`), "not JSON");
    putFile(
      join(
        source,
        "AWSLogs",
        "111122223333",
        "BedrockModelInvocationLogs",
        "eu-central-1",
        "amazon-bedrock-logs-permission-check",
      ),
      "",
    );
    putFile(join(source, "amazon-bedrock-logs-permission-check.json"), "");
    // a bucket that holds both
    putFile(logPath(source, "Calls"), gzipLog([bedrockRecord(1)]));
    putFile(join(source, "flat", "renamed.json.gz"), gzipLog([bedrockRecord(2)]));
    put("20260902T100004Z_4", gzipLines([invocationLog(6), invocationLog(6)]).subarray(0, 60));
    put(
      "20260902T100005Z_5",
      gzipSync(`${JSON.stringify(invocationLog(7))}\n{"schemaType":"ModelInvocationLog","requestId":"secret`),
    );
    put("20260902T100006Z_6", gzipSync(JSON.stringify({ hello: "secret" })));
    put(
      "20260902T100007Z_7",
      gzipSync(JSON.stringify({ messageType: "DATA_MESSAGE", logEvents: [{ message: "secret" }] })),
    );
    put(
      "20260902T100008Z_8",
      gzipLines([
        invocationLog(8, { requestId: 8 }),
        invocationLog(9, { timestamp: "secret" }),
        invocationLog(10, { inferenceRegion: { secret: 1 } }),
        invocationLog(11, { input: "secret" }),
        invocationLog(12, { modelId: "x".repeat(20_000) }),
        invocationLog(13, { accountId: "secret" }),
        invocationLog(14, { errorCode: "secret words in it" }),
        invocationLog(15, { region: undefined }),
        { schemaType: "AnotherLog", requestId: requestId(16) },
        invocationLog(17, {
          input: { inputTokenCount: "secret" },
          output: null,
          identity: { arn: 7 },
          operation: null,
        }),
      ]),
    );
    const run = await runCli(["ingest", `invocation-logs:${source}`, "--warehouse", warehouse]);
    expect(run.code).toBe(0);
    expect(run.stderr).not.toMatch(/secret/);
    expect(run.stderr).toContain("logs      16 invocation log records read = 7 kept + 1 other + 8 rejected");
    expect(run.stderr).toContain("          7 kept = 6 new + 1 duplicates");
    expect(run.stderr).toContain("objects   15 listed = 4 loaded + 0 already loaded + 7 skipped + 4 quarantined");
    expect(
      (await queryRows(warehouse, "select right(request_id, 2) as r from invocation_log order by 1")).map(({ r }) => r),
    ).toEqual(["01", "02", "03", "04", "05", "17"]);
    expect(
      await queryRows(
        warehouse,
        "select reason, count(*) as n from invocation_log_object where status = 'skipped' group by 1 order by 1",
      ),
    ).toEqual([
      { reason: "CloudTrail log", n: 2 },
      { reason: "permission check", n: 2 },
      { reason: "prompt or completion", n: 3 },
    ]);
    expect(await queryRows(warehouse, "select record_index as i, reason from quarantine order by uri, i")).toEqual([
      { i: null, reason: "gzip stream is truncated" },
      { i: null, reason: expect.stringMatching(/^is not JSON: unexpected byte at \d+$/) },
      { i: null, reason: "is not a model invocation log: none of its 1 elements is one" },
      {
        i: null,
        reason: expect.stringMatching(/^is not a model invocation log: it holds events of a CloudWatch log group/),
      },
      { i: 0, reason: "requestId: expected an identifier, found a number" },
      { i: 1, reason: "timestamp: expected an RFC 3339 time, found another text" },
      { i: 2, reason: "inferenceRegion: expected a Region or null, found an object" },
      { i: 3, reason: "input: expected an object or null, found a text" },
      { i: 4, reason: "modelId: expected an identifier or null, found a long text" },
      { i: 5, reason: "accountId: expected twelve digits, found another text" },
      { i: 6, reason: "errorCode: expected a code or null, found another text" },
      { i: 7, reason: "region: expected a Region, found nothing" },
    ]);
    expect(
      await queryRows(
        warehouse,
        "select what, sum(count)::int as n from unobservable where what like '%invocation-log' group by 1 order by 1",
      ),
    ).toEqual([
      { what: "quarantined-invocation-log", n: 4 },
      { what: "rejected-invocation-log", n: 8 },
    ]);
    // nothing is read twice, and nothing changes
    const again = await runCli(["ingest", `invocation-logs:${source}`, "--warehouse", warehouse]);
    expect(again.stderr).toContain("0 loaded + 15 already loaded");
    // the trail's own source takes its own of the same folder
    const trailRun = await runCli(["ingest", source, "--warehouse", warehouse]);
    expect(trailRun.stderr).toMatch(/skipped {3}\d+ × model invocation log/);
    expect(trailRun.stderr).not.toMatch(/secret/);
    expect(await queryRows(warehouse, "select count(*) as n from invocation")).toEqual([{ n: 2 }]);
  });

  it("that holds the trail too, read for both in one run: each source takes its own", async () => {
    const folder = temporaryFolder();
    const [warehouse, both] = [join(folder, "w.duckdb"), putTrail(join(folder, "both"))];
    putFile(invocationLogPath(both, "20260902T100001Z_1"), gzipLines([invocationLog(4)]));
    await load(warehouse, both, `invocation-logs:${both}`);
    expect(
      await queryRows(
        warehouse,
        "select objects_listed as listed, objects_loaded as loaded, objects_skipped as skipped, bedrock_events as events, new_logs as logs from run",
      ),
    ).toEqual([{ listed: 4, loaded: 2, skipped: 2, events: 14, logs: 1 }]);
    expect(
      await queryRows(
        warehouse,
        "select right(request_id, 2) as call from invocation where region_evidence = 'invocation-log'",
      ),
    ).toEqual([{ call: "04" }]);
  });

  it("of 100 MB in one line is read without its prompt", async () => {
    const folder = temporaryFolder();
    const [warehouse, source] = [join(folder, "w.duckdb"), join(folder, "logs")];
    const text = `${'{\\"[x ☃'.repeat(8)}`.repeat(1_500_000);
    const line = JSON.stringify(invocationLog(1)).replace(`"text":"hello"`, () => `"text":"${text}"`);
    expect(Buffer.byteLength(line)).toBeGreaterThan(100e6);
    putFile(invocationLogPath(source, "20260902T100001Z_1"), gzipSync(line, { level: 1 }));
    const before = process.memoryUsage.rss();
    const run = await runCli(["ingest", `invocation-logs:${source}`, "--warehouse", warehouse, "--threads", "1"]);
    expect(run.stderr).toContain("1 kept = 1 new + 0 duplicates");
    expect((process.memoryUsage.rss() - before) / 1e6).toBeLessThan(400);
    expect(await queryRows(warehouse, "select inference_region as r, input_tokens as n from invocation_log")).toEqual([
      { r: "eu-west-3", n: 12 },
    ]);
  }, 120_000);
});
