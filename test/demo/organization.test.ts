/** The proof that the demo's books and the demo's records tell the same story. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeDemoOrganization } from "../../src/demo/organization.ts";
import { type DemoSummary, summarize } from "./summary.ts";
import { type Fields, at, keysOf, readLogs } from "./read-trail.ts";

const operations = new Set([
  "Converse",
  "ConverseStream",
  "InvokeModel",
  "InvokeModelWithResponseStream",
  "CreateModelInvocationJob",
  "CreateInference",
]);
const folder = mkdtempSync(join(tmpdir(), "spillway-demo-"));
let summary: DemoSummary;
let records: readonly Fields[];

beforeAll(async () => {
  summary = summarize(await writeDemoOrganization(join(folder, "a")));
  records = readLogs(join(folder, "a")).flatMap((object) => object.records);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function digestOf(root: string): string {
  const hash = createHash("sha256");
  for (const key of keysOf(root)) hash.update(key).update(readFileSync(join(root, key)));
  return hash.digest("hex");
}

function isBedrock(record: Fields): boolean {
  return record["eventSource"] === "bedrock.amazonaws.com" || record["eventSource"] === "bedrock-mantle.amazonaws.com";
}

function regionOf(record: Fields): string | null {
  const entries = at(record, "serviceEventDetails", "AdditionalEventData", "additionalEntries");
  const listed = Array.isArray(entries)
    ? entries.find((entry: unknown) => at(entry, "key") === "inferenceRegion")
    : undefined;
  const region =
    at(record, "additionalEventData", "inferenceRegion") ?? at(entries, "inferenceRegion") ?? at(listed, "value");
  return typeof region === "string" ? region : null;
}

/** A plain fold of the delivered records by the rules, written without looking at the generator. */
function fold(): ReadonlyMap<
  string,
  {
    readonly outcome: string;
    readonly region: string | null;
    readonly evidence: string | null;
    readonly events: number;
  }
> {
  const byKey = new Map<string, Map<string, Fields>>();
  const firstCompletion = new Map<string, string>();
  const pairOf = (record: Fields): string =>
    `${String(at(record, "userIdentity", "accountId"))} ${String(record["awsRegion"])}`;
  for (const record of records.filter(
    (candidate) => isBedrock(candidate) && operations.has(String(candidate["eventName"])),
  )) {
    const parent = at(record, "serviceEventDetails", "parentRequestId");
    const key = `${String(record["awsRegion"])}/${String(parent ?? record["requestID"])}`;
    const events = byKey.get(key) ?? new Map<string, Fields>();
    byKey.set(key, events.set(String(record["eventID"]), record));
    const time = String(record["eventTime"]);
    if (parent !== undefined && time < (firstCompletion.get(pairOf(record)) ?? "~"))
      firstCompletion.set(pairOf(record), time);
  }
  return new Map(
    [...byKey].map(([key, events]) => {
      const all = [...events.values()];
      const call = all.find(
        (record) => record["eventType"] === "AwsApiCall" && at(record, "userIdentity", "type") !== "AWSAccount",
      );
      const completion = all.find((record) => record["eventType"] === "AwsServiceEvent");
      const code = call?.["errorCode"];
      const outcome =
        code === undefined
          ? "served"
          : code === "AccessDenied"
            ? "denied"
            : code === "ThrottlingException"
              ? "throttled"
              : "failed";
      const named = at(call, "requestParameters", "modelId") ?? at(call, "requestParameters", "model");
      const model = typeof named === "string" ? named : "";
      const source = key.slice(0, key.indexOf("/"));
      const isDirect = /^(amazon|openai)\./.test(model);
      const isStream = String((call ?? completion)?.["eventName"]).endsWith("Stream");
      const judge = (): readonly [string | null, string | null] => {
        if (outcome !== "served") return [null, null];
        const onCall = call === undefined ? null : regionOf(call);
        if (onCall !== null) return [onCall, "api-call"];
        const onCompletion = completion === undefined ? null : regionOf(completion);
        if (onCompletion !== null) return [onCompletion, "stream-completion"];
        if (isDirect) return [source, "direct"];
        if (call?.["eventName"] === "CreateModelInvocationJob") return [null, "unresolvable"];
        if (completion !== undefined) return [source, "absence"];
        if (at(call, "additionalEventData", "omitted") === true) return [null, "unresolvable"];
        const isEmitting =
          call !== undefined && (firstCompletion.get(pairOf(call)) ?? "~") <= String(call["eventTime"]);
        return isStream && isEmitting ? [null, "pending"] : [source, "absence"];
      };
      const [region, evidence] = judge();
      return [key, { outcome, region, evidence, events: all.length }] as const;
    }),
  );
}

test("the books agree with a plain fold of the delivered records, invocation by invocation", () => {
  const truth = new Map(
    summary.invocations.map((row) => [
      row.invocation_key,
      {
        outcome: row.outcome,
        region: row.served_region,
        evidence: row.region_evidence,
        events: row.events,
      },
    ]),
  );
  expect(truth.size).toBe(summary.invocations.length);
  expect(fold()).toEqual(truth);
});

test("the counts of records, events and duplicates are those of the files", () => {
  const bedrock = records.filter(isBedrock);
  const newEvents = new Set(bedrock.map((record) => record["eventID"])).size;
  expect(summary.records).toEqual({
    read: records.length,
    bedrock: bedrock.length,
    newEvents,
    duplicates: bedrock.length - newEvents,
    other: records.length - bedrock.length,
  });
  expect(summary.records.duplicates).toBeGreaterThan(0);
  expect(summary.objects.listed).toBe(keysOf(join(folder, "a")).length);
  expect(summary.objects.listed).toBe(
    summary.objects.loaded + summary.objects.skipped.length + summary.objects.quarantined.length,
  );
});

test("denials name in their text what the books say", () => {
  const denied = records.filter((record) => record["errorCode"] === "AccessDenied");
  for (const { source_region, denied_region, denied_by, invocations } of summary.denials) {
    const region = denied_region === "unspecified" ? "" : denied_region;
    const by =
      denied_by === "identity policy" ? "no identity-based policy allows" : "explicit deny in a service control policy";
    const found = denied.filter((record) => {
      const message = String(record["errorMessage"]);
      return (
        record["awsRegion"] === source_region &&
        message.includes(`on resource: arn:aws:bedrock:${region}:`) &&
        message.includes(by)
      );
    });
    expect(new Set(found.map((record) => record["eventID"])).size).toBe(invocations);
  }
  expect(summary.denials.reduce((sum, row) => sum + row.invocations, 0)).toBe(summary.outcomes.denied);
});

test("every case that the demo is there to show occurs", () => {
  for (const evidence of ["api-call", "stream-completion", "direct", "absence", "pending", "unresolvable"])
    expect(summary.evidence[evidence]).toBeGreaterThan(0);
  expect(Math.min(...Object.values(summary.outcomes))).toBeGreaterThan(0);
  const names = new Set(records.filter(isBedrock).map((record) => record["eventName"]));
  expect([...operations, "InvokeAgent", "ApplyGuardrail", "CountTokens"].filter((name) => !names.has(name))).toEqual(
    [],
  );
  const entries = records
    .map((record) => at(record, "serviceEventDetails", "AdditionalEventData", "additionalEntries"))
    .filter((value) => value !== undefined);
  expect(new Set(entries.map((value) => Array.isArray(value)))).toEqual(new Set([true, false]));
  expect(records.some((record) => record["eventCategory"] === "Data" && record["eventName"] === "ConverseStream")).toBe(
    true,
  );
  expect(records.some((record) => at(record, "userIdentity", "type") === "AWSAccount")).toBe(true);
  expect(
    records.some((record) => !isBedrock(record) && String(record["userAgent"]).includes('"bedrock.amazonaws.com"')),
  ).toBe(true);
});

test("a good fifth of the streams is completed in a file of a later day", () => {
  const dayOf = new Map<string, string>();
  const late: boolean[] = [];
  const objects = readLogs(join(folder, "a"));
  const day = (key: string): string => /\/(\d{4}\/\d\d\/\d\d)\//.exec(key)?.[1] ?? "";
  for (const object of objects)
    for (const record of object.records)
      if (record["eventType"] === "AwsApiCall") dayOf.set(String(record["requestID"]), day(object.key));
  for (const object of objects) {
    for (const record of object.records) {
      const called = dayOf.get(String(at(record, "serviceEventDetails", "parentRequestId")));
      if (called !== undefined) late.push(day(object.key) > called);
    }
  }
  expect(late.filter(Boolean).length / late.length).toBeGreaterThan(0.15);
});

test("one account has a day without a file, all others have every day", () => {
  const seen = new Set(
    keysOf(join(folder, "a"))
      .filter((key) => key.includes("/CloudTrail/"))
      .map((key) => `${key.split("/")[2]} ${key.split("/").slice(5, 8).join("-")}`),
  );
  expect(seen.has(`${summary.gap.account} ${summary.gap.day}`)).toBe(false);
  expect(seen.size).toBe(3 * 14 - 1);
});

test("the quarantined file is a gzip stream that breaks off", () => {
  for (const key of summary.objects.quarantined)
    expect(() => gunzipSync(readFileSync(join(folder, "a", key)))).toThrow(/unexpected end of file/);
});

test("the same options give the same bytes; seed and end change them", async () => {
  await writeDemoOrganization(join(folder, "b"));
  await writeDemoOrganization(join(folder, "c"), { seed: 8 });
  expect(digestOf(join(folder, "b"))).toBe(digestOf(join(folder, "a")));
  expect(digestOf(join(folder, "c"))).not.toBe(digestOf(join(folder, "a")));
});

test("`now` ends the logs: nothing happens and nothing is delivered after it", async () => {
  const now = new Date("2026-11-20T10:32:00Z");
  const made = await writeDemoOrganization(join(folder, "d"), { now });
  expect(made.to).toBe("2026-11-20T10:32:00.000Z");
  expect(made.from).toBe("2026-11-07T00:00:00.000Z");
  const times = readLogs(join(folder, "d")).flatMap((object) =>
    object.records.map((record) => Date.parse(String(record["eventTime"]))),
  );
  expect(Math.max(...times)).toBeLessThan(now.getTime());
  for (const key of keysOf(join(folder, "d"))) {
    const [, date = "", time = ""] = /_(\d{8})T(\d{4})/.exec(key) ?? [];
    expect(`${date}${time}` <= "202611201032").toBe(true);
  }
});
