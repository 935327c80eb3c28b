import { describe, expect, it } from "vitest";
import { SpillwayError } from "../../src/errors.ts";
import { placeOf } from "../../src/ingest/listing/trail-prefix.ts";
import { parseS3Url } from "../../src/aws/s3/url.ts";

const account = "111122223333";

describe("placeOf", () => {
  it.each([
    ["", { at: "above" }],
    ["logs/prod", { at: "above" }],
    ["AWSLogs", { at: "root", folder: "AWSLogs/" }],
    ["p/AWSLogs/o-abc1234567/", { at: "root", folder: "p/AWSLogs/o-abc1234567/" }],
    [`AWSLogs/${account}`, { at: "account", folder: `AWSLogs/${account}/`, accountId: account }],
    [
      `AWSLogs/o-abc1234567/${account}/CloudTrail`,
      { at: "trail", folder: `AWSLogs/o-abc1234567/${account}/CloudTrail/`, accountId: account },
    ],
    [
      `AWSLogs/${account}/CloudTrail/eu-west-1/`,
      { at: "region", folder: `AWSLogs/${account}/CloudTrail/eu-west-1/`, accountId: account, region: "eu-west-1" },
    ],
    [
      `AWSLogs/${account}/CloudTrail/eu-west-1/2026/09`,
      { at: "below", prefix: `AWSLogs/${account}/CloudTrail/eu-west-1/2026/09` },
    ],
    [`AWSLogs/${account}/CloudTrail-Digest/`, { at: "below", prefix: `AWSLogs/${account}/CloudTrail-Digest/` }],
    ["some/file.json.gz", { at: "below", prefix: "some/file.json.gz" }],
  ])("%s", (prefix, expected) => expect(placeOf(prefix)).toEqual(expected));
});

describe("parseS3Url", () => {
  it.each([
    ["s3://bucket", { bucket: "bucket", prefix: "" }],
    ["s3://bucket/", { bucket: "bucket", prefix: "" }],
    ["s3://my.bucket-1/a/b/", { bucket: "my.bucket-1", prefix: "a/b/" }],
  ])("%s", (url, expected) => expect(parseS3Url(url)).toEqual(expected));

  it.each(["s3://", "s3:bucket", "s3:///key", "s3://b?x/y"])("refuses %s", (url) => {
    expect(() => parseS3Url(url)).toThrow(SpillwayError);
  });
});
