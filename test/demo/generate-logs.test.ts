/** The proof that benchmark logs are what their options say. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { generateLogs } from "../../bench/generate-logs.ts";
import { at, keysOf, readLogs } from "./read-trail.ts";

const folder = mkdtempSync(join(tmpdir(), "spillway-logs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const layout =
  /^AWSLogs\/o-exampleorg1\/(\d{12})\/CloudTrail\/([a-z0-9-]+)\/(\d{4})\/(\d\d)\/(\d\d)\/\1_CloudTrail_\2_\3\4\5T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz$/;

test("mixed logs: size, share, files with hits and names are as asked", () => {
  const out = join(folder, "mixed");
  const summary = generateLogs({
    out,
    files: 30,
    rawBytes: 6_000_000,
    share: 0.05,
    hitFiles: 0.4,
    seed: 3,
  });
  const objects = readLogs(out);
  const isBedrock = (record: unknown): boolean => at(record, "eventSource") === "bedrock.amazonaws.com";
  const records = objects.flatMap((object) => object.records);
  expect(keysOf(out).filter((key) => !layout.test(key))).toEqual([]);
  expect(summary).toMatchObject({
    files: objects.length,
    records: records.length,
    bedrockEvents: records.filter(isBedrock).length,
  });
  expect(objects.filter((object) => object.records.some(isBedrock)).length).toBe(12);
  expect(summary.hitFiles).toBe(12);
  expect(summary.rawBytes / 6_000_000).toBeCloseTo(1, 1);
  expect(summary.bedrockEvents / summary.records).toBeCloseTo(0.05, 1);
  expect(summary.rawBytes / summary.records).toBeGreaterThan(1100);
  expect(summary.rawBytes / summary.records).toBeLessThan(1400);
  expect(summary.rawBytes / summary.gzipBytes).toBeGreaterThan(6);
  expect(new Set(records.map((record) => record["eventID"])).size).toBe(records.length);
});

test("logs that are all Bedrock hold exactly the asked events, and every completion belongs to a call", () => {
  const out = join(folder, "all");
  const summary = generateLogs({
    out,
    files: 40,
    rawBytes: 0,
    events: 1500,
    share: 1,
    hitFiles: 1,
    seed: 4,
  });
  const objects = readLogs(out);
  const records = objects.flatMap((object) => object.records.map((record) => ({ record, key: object.key })));
  expect(summary.bedrockEvents).toBe(1500);
  expect(records.length).toBe(1500);
  const calls = new Map(
    records
      .filter(({ record }) => record["eventType"] === "AwsApiCall")
      .map(({ record, key }) => [record["requestID"], key]),
  );
  const completions = records.filter(({ record }) => record["eventType"] === "AwsServiceEvent");
  expect(completions.filter(({ record }) => !calls.has(at(record, "serviceEventDetails", "parentRequestId")))).toEqual(
    [],
  );
  expect(
    completions.some(({ record, key }) => calls.get(at(record, "serviceEventDetails", "parentRequestId")) !== key),
  ).toBe(true);
});

test("the same seed gives the same files, another seed others", () => {
  const make = (name: string, seed: number): readonly string[] => {
    generateLogs({
      out: join(folder, name),
      files: 4,
      rawBytes: 200_000,
      share: 0.1,
      hitFiles: 0.5,
      seed,
    });
    return readLogs(join(folder, name)).map((object) => JSON.stringify(object));
  };
  expect(make("s1", 1)).toEqual(make("s2", 1));
  expect(make("s3", 2)).not.toEqual(make("s4", 1));
});
