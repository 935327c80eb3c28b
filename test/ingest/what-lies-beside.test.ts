/** What lies in buckets and folders beside a trail's logs: told by its kind, never "loaded, no records", never a failure every night. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { queryRows, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

const root = temporaryFolder();

function put(folder: string, path: string, content: unknown): string {
  const file = join(root, folder, path);
  mkdirSync(dirname(file), { recursive: true });
  const bytes = Buffer.from(typeof content === "string" ? content : JSON.stringify(content));
  writeFileSync(file, path.endsWith(".gz") ? gzipSync(bytes) : bytes);
  return file;
}

const call = (eventID: string, more: object = {}): object => ({
  eventVersion: "1.11",
  eventTime: "2026-09-18T08:01:00Z",
  eventSource: "bedrock.amazonaws.com",
  eventName: "Converse",
  awsRegion: "eu-west-1",
  eventID,
  requestID: `5d0f7c1e-0001-4a6b-9d11-00000000000${eventID.slice(-1)}`,
  eventType: "AwsApiCall",
  userIdentity: {
    type: "AssumedRole",
    arn: "arn:aws:sts::111122223333:assumed-role/app/run",
    accountId: "111122223333",
  },
  requestParameters: { modelId: "eu.amazon.nova-pro-v1:0" },
  additionalEventData: { inferenceRegion: "eu-north-1" },
  ...more,
});

const aggregated = (eventId: string, calls: number, more: object = {}): object => ({
  eventVersion: "1.0",
  accountId: "111122223333",
  eventId,
  eventCategory: "Aggregated",
  eventType: "AwsAggregatedEvent",
  awsRegion: "eu-west-1",
  eventSource: "bedrock-mantle.amazonaws.com",
  timeWindow: { windowStart: "2026-09-18T08:05:00Z", windowEnd: "2026-09-18T08:10:00Z", windowSize: "PT5M" },
  summary: {
    primaryDimension: {
      dimension: "eventName",
      statistics: [{ name: "CreateInference", value: calls }],
      aggregationType: "Count",
    },
  },
  ...more,
});

const account = "AWSLogs/111122223333";
const log = `${account}/CloudTrail/eu-west-1/2026/09/18`;
const ingest = (folder: string, warehouse: string, ...flags: string[]): ReturnType<typeof runCli> =>
  runCli(["ingest", join(root, folder), "--warehouse", join(root, warehouse), "--threads", "1", ...flags]);

describe("a bucket in which other services write too", () => {
  it("is read with --strict and exit code 0: what is not a log is skipped with its kind", async () => {
    put("mixed", `${log}/a.json.gz`, { Records: [call("e-1")] });
    put("mixed", `${account}/Config/eu-west-1/2026/9/18/ConfigSnapshot/x.json.gz`, { configurationItems: [] });
    put("mixed", `${account}/Config/ConfigWritabilityCheckFile`, "");
    put("mixed", `${account}/vpcflowlogs/eu-west-1/2026/09/18/x.log.gz`, "version account-id\n2 111122223333");
    put("mixed", `${account}/elasticloadbalancing/eu-west-1/2026/09/18/x.log.gz`, "h2 2026-09-18T08:00:00Z app/x");
    put("mixed", `${account}/GuardDuty/eu-west-1/2026/09/18/x.jsonl.gz`, { service: { serviceName: "guardduty" } });
    put("mixed", `${account}/WAFLogs/eu-west-1/acl/2026/09/18/x.log.gz`, { webaclId: "x" });
    put("mixed", `${account}/CloudTrail-Lake/Query/2026/09/18/id/result_1.csv.gz`, "eventID,eventSource\na,b");
    put("mixed", `${account}/CloudTrail-Lake/Query/2026/09/18/id/result_sign.json`, { hashSignature: "00", files: [] });
    put("mixed", `${account}/CloudTrail-Digest/eu-west-1/2026/09/18/x.json.gz`, {});
    const run = await ingest("mixed", "mixed.duckdb", "--strict");
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toContain("10 listed = 1 loaded + 0 already loaded + 9 skipped + 0 quarantined");
    for (const kind of ["2 × AWS Config file", "2 × CloudTrail Lake result", "1 × VPC flow log", "1 × digest file"])
      expect(run.stderr).toContain(kind);
  });
});

describe("a file without a CloudTrail record", () => {
  const eventBridge = { "detail-type": "EC2 Instance State-change Notification", source: "aws.ec2", detail: {} };
  it.each([
    [
      "S3 event notifications",
      { Records: [{ eventVersion: "2.1", eventSource: "aws:s3", awsRegion: "eu-west-1", s3: {} }] },
    ],
    ["SQS messages", { Records: [{ messageId: "x", eventSource: "aws:sqs", body: "{}" }] }],
    ["EventBridge events that carry no CloudTrail record", [eventBridge, eventBridge]],
    ["an AWS Config snapshot or history", { fileVersion: "1.0", configurationItems: [{}] }],
    ["OCSF records, as Security Lake writes them", [{ class_uid: 6003, metadata: {}, api: { operation: "Converse" } }]],
    ["an IAM policy", { Version: "2012-10-17", Statement: [] }],
    ["none of its 2 elements is a CloudTrail record; the first has the fields a, b", [{ a: 1, b: "bedrock" }, {}]],
    ["a Parquet file", "PAR1xxxx"],
  ])("is quarantined by its name: %s", async (name, content) => {
    const folder = `foreign-${name.length}`;
    put(folder, "x.json", content);
    put(folder, "good.json", { Records: [call("e-1")] });
    const run = await ingest(folder, `${folder}.duckdb`);
    expect(run.stderr).toContain("1 quarantined");
    const rows = await queryRows(join(root, `${folder}.duckdb`), "select reason from quarantine");
    expect(rows).toEqual([{ reason: expect.stringContaining(name) as unknown }]);
  });

  it("is one in which the first record alone is foreign only if all are", async () => {
    put("first", "insight.json", { Records: [{ eventType: "AwsCloudTrailInsight" }, call("e-1")] });
    put("first", "notification.json", { Records: [{ eventSource: "aws:s3" }, call("e-2")] });
    put("first", "log-group.json", [
      { a: 1 },
      { messageType: "DATA_MESSAGE", logEvents: [{ message: JSON.stringify(call("e-3")) }] },
    ]);
    const run = await ingest("first", "first.duckdb", "--strict");
    expect(run.stderr).toContain("6 read = 3 Bedrock + 3 other + 0 rejected");
    expect(run.code).toBe(0);
  });

  it("is skipped if it only checks a subscription's destination", async () => {
    const control = { messageType: "CONTROL_MESSAGE", logEvents: [{ id: "", message: "CWL CONTROL MESSAGE" }] };
    put("control", "x.json", control);
    put("control", "good.json", { Records: [call("e-1")] });
    expect((await ingest("control", "control.duckdb", "--strict")).stderr).toContain(
      "1 × CloudWatch Logs control message",
    );
  });

  it("is a result of Athena whose structs cannot be read without guessing: it says so and what to select", async () => {
    put(
      "maps",
      "x.csv",
      'eventsource,eventname,additionaleventdata\nbedrock.amazonaws.com,Converse,"{inferenceRegion=eu-north-1}"',
    );
    put("maps", "good.json", { Records: [call("e-1")] });
    await ingest("maps", "maps.duckdb");
    const [row] = await queryRows(join(root, "maps.duckdb"), "select reason from quarantine");
    expect(row?.["reason"]).toMatch(/additionalEventData is not JSON .* select it as JSON/);
  });
});

describe("aggregated events", () => {
  it("are never calls and never rejected; the inference that they count is a blind spot, each delivery once", async () => {
    put("counts", `${log}/a.json.gz`, { Records: [call("e-1"), aggregated("a-1", 30)] });
    put("counts", `${log}/again.json.gz`, { Records: [aggregated("a-1", 30)] });
    put("counts", "flat/111122223333_CloudTrail-Aggregated_eu-west-1_20260918T0805Z_x.json.gz", {
      Records: [
        aggregated("a-2", 30, { timeWindow: { windowStart: "2026-09-18 08:10:00" } }),
        aggregated("a-3", 4, {
          eventSource: "bedrock.amazonaws.com",
          summary: { primaryDimension: { dimension: "eventName", statistics: [{ name: "Retrieve", value: 4 }] } },
        }),
      ],
    });
    put("counts", `${account}/CloudTrail-Aggregated/eu-west-1/2026/09/18/x.json.gz`, {
      Records: [aggregated("a-4", 30)],
    });
    const run = await ingest("counts", "counts.duckdb", "--strict");
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toContain("5 read = 1 Bedrock + 4 other + 0 rejected");
    const warehouse = join(root, "counts.duckdb");
    expect(await queryRows(warehouse, "select count(*)::int as n from invocation")).toEqual([{ n: 1 }]);
    const blind = "select account_id, region, count from unobservable where what = 'aggregated-only'";
    expect(await queryRows(warehouse, blind)).toEqual([{ account_id: "111122223333", region: "eu-west-1", count: 60 }]);
    const report = ["report", "unobservable", "--warehouse", warehouse, "--format", "csv"];
    expect((await runCli([...report, "--from", "2026-09-18", "--to", "2026-09-19"])).stdout).toContain(
      "aggregated-only",
    );
    expect((await runCli([...report, "--from", "2026-09-19"])).stdout).not.toContain("aggregated-only");
  });
});

describe("a folder", () => {
  it("whose file is gone says so, once, and keeps what was loaded", async () => {
    const gone = put("less", `${log}/a.json.gz`, { Records: [call("e-1")] });
    put("less", `${log}/b.json.gz`, { Records: [call("e-2")] });
    await ingest("less", "less.duckdb");
    rmSync(gone);
    const next = await ingest("less", "less.duckdb", "--strict");
    expect(next.code).toBe(4);
    const rows = await queryRows(join(root, "less.duckdb"), "select kind, uri, detail from finding");
    expect(rows).toEqual([
      {
        kind: "object-disappeared",
        uri: expect.stringMatching(/a\.json\.gz$/) as unknown,
        detail: expect.stringContaining("is no longer in the folder") as unknown,
      },
    ]);
    expect(await queryRows(join(root, "less.duckdb"), "select count(*)::int as n from invocation")).toEqual([{ n: 2 }]);
    expect((await ingest("less", "less.duckdb", "--strict")).code).toBe(0);
  });
});

/** Shapes that people reported for other tools; test/corpus/field-inputs/README.md says of each what it is. */
const field = fileURLToPath(new URL("../corpus/field-inputs/", import.meta.url));

describe("inputs from the field", () => {
  const expected = JSON.parse(readFileSync(join(field, "expected.json"), "utf8")) as Readonly<
    Record<string, { readonly invocations: number }>
  >; // a file of ours
  it.each(Object.entries(expected))("%s", async (name, { invocations }) => {
    const warehouse = join(root, `${name}.duckdb`);
    const run = await runCli(["ingest", join(field, name), "--warehouse", warehouse, "--strict", "--threads", "1"]);
    expect(run.code, run.stderr).toBe(0);
    const [row] = await queryRows(warehouse, "select count(*)::int as n from invocation");
    expect(row?.["n"]).toBe(invocations);
  });
});
