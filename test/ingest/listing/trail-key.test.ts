/** What the path of a trail object says, after CloudTrail's User Guide. */
import { describe, expect, it } from "vitest";
import { parseTrailKey } from "../../../src/ingest/listing/trail-key.ts";

const tail = "eu-central-1/2026/09/02/111122223333_CloudTrail_eu-central-1_20260902T1000Z_AbCdEfGhIjKlMnOp.json.gz";
const place = { accountId: "111122223333", region: "eu-central-1", day: "2026-09-02", skip: null };
const nowhere = { accountId: null, region: null, day: null };

describe("log files", () => {
  it.each([
    ["of a trail", `AWSLogs/111122223333/CloudTrail/${tail}`],
    ["of an organization trail", `AWSLogs/o-exampleorg1/111122223333/CloudTrail/${tail}`],
    ["below a prefix", `some/prefix/AWSLogs/111122223333/CloudTrail/${tail}`],
    ["in a folder of a machine", `/home/me/copy of logs/AWSLogs/o-exampleorg1/111122223333/CloudTrail/${tail}`],
    [
      "below a folder named like another kind of log",
      `/CloudTrail-Digest-copies/AWSLogs/111122223333/CloudTrail/${tail}`,
    ],
  ])("%s have a place", (_, key) => {
    expect(parseTrailKey(key)).toEqual(place);
  });

  it.each(["us-gov-west-1", "cn-north-1", "eusc-de-east-1", "ap-southeast-7"])("the Region %s is read", (region) => {
    expect(parseTrailKey(`AWSLogs/111122223333/CloudTrail/${region}/2026/12/31/x.json.gz`)).toMatchObject({
      region,
      day: "2026-12-31",
    });
  });

  it.each([
    "x.json",
    "x.json.gz",
    "x.jsonl",
    "x.ndjson.gz",
    "x.log",
    "X.JSON.GZ",
    "events.gz",
    "deep/in/a/folder/x.json",
  ])("%s is read without a place", (key) => {
    expect(parseTrailKey(key)).toEqual({ ...nowhere, skip: null });
  });

  it.each([
    `AWSLogs/11112222333/CloudTrail/${tail}`,
    `AWSLogs/111122223333/CloudTrail/eu-central-1/2026/9/2/x.json.gz`,
    `AWSLogs/111122223333/CloudTrail/eu-central-1/2026/09/02/extra/x.json.gz`,
    `OtherLogs/111122223333/CloudTrail/${tail}`,
  ])("%s is no such layout", (key) => {
    expect(parseTrailKey(key)).toEqual({ ...nowhere, skip: null });
  });
});

describe("other files", () => {
  it.each([
    ["CloudTrail-Digest", "digest file"],
    ["CloudTrail-Insight", "Insight file"],
    ["CloudTrail-NetworkActivity", "network activity file"],
    ["CloudTrail-Aggregated", "aggregated file"],
  ])("%s is skipped and keeps its place", (folder, reason) => {
    expect(parseTrailKey(`AWSLogs/111122223333/${folder}/eu-central-1/2026/09/02/a.json.gz`)).toEqual({
      ...place,
      skip: reason,
    });
    expect(parseTrailKey(`copy/111122223333_${folder}_eu-central-1_20260902T1000Z.json.gz`)).toEqual({
      ...nowhere,
      skip: reason,
    });
    expect(parseTrailKey(`${folder}/a.json.gz`)).toEqual({ ...nowhere, skip: reason });
  });

  it("model invocation logs are named as such", () => {
    expect(
      parseTrailKey("AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/2026/09/02/10/x.json.gz").skip,
    ).toBe("model invocation log");
  });

  it.each([
    ["folder/", "hidden file"],
    [".DS_Store", "hidden file"],
    ["a/.x.json.gz", "hidden file"],
    ["a/README.txt", "not the name of a log file"],
    ["a/x.json.gz.tmp", "not the name of a log file"],
    ["a/x.parquet", "not the name of a log file"],
    ["json", "not the name of a log file"],
  ])("%j: %s", (key, reason) => {
    expect(parseTrailKey(key).skip).toBe(reason);
  });
});
