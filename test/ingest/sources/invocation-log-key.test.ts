import { describe, expect, it } from "vitest";
import { parseTrailKey } from "../../../src/ingest/listing/trail-key.ts";
import { parseLogKey } from "../../../src/ingest/sources/invocation-logs/log-key.ts";

const below = "any/AWSLogs/111122223333/BedrockModelInvocationLogs/eu-west-1";
const id = "5d0f7c1e-0002-4a6b-9d11-0123456789A2";

describe("the key of an object in a bucket of invocation logs", () => {
  it.each([
    [`${below}/2026/09/14/08/20260914T081241123Z_0123456789abcdef.json.gz`, null],
    [`${below}/2026/09/14/08/20260914T081241Z_0123456789abcdef.json`, null],
    [`copy/data/20260914T081241Z_0123456789abcdef.json.gz`, null],
    [`${below}/2026/09/14/08/data/${id}_input.json.gz`, "prompt or completion"],
    [`${below}/2026/09/14/08/data/${id}_output.png`, "prompt or completion"],
    [`flat/${id}_output.json`, "prompt or completion"],
    [`${below}/amazon-bedrock-logs-permission-check`, "permission check"],
    ["prefix/amazon-bedrock-logs-permission-check.json", "permission check"],
    [
      "AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/2026/09/14/111122223333_CloudTrail_eu-west-1_x.json.gz",
      "CloudTrail log",
    ],
    ["flat/111122223333_CloudTrail_eu-west-1_20260914T0800Z_x.json.gz", "CloudTrail log"],
    ["AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/09/14/x.json.gz", "digest file"],
    ["AWSLogs/111122223333/Config/eu-west-1/2026/9/14/x.json.gz", "AWS Config file"],
    ["logs/readme.txt", "not the name of a log file"],
    [`${below}/2026/09/14/08/.hidden.json`, "hidden file"],
  ])("%s", (key, skip) => {
    expect(parseLogKey(key).skip).toBe(skip);
  });

  it("says account, Region and day; and of any name what the name does not", () => {
    expect(parseLogKey(`${below}/2026/09/14/08/x.json.gz`)).toEqual({
      accountId: "111122223333",
      region: "eu-west-1",
      day: "2026-09-14",
      skip: null,
    });
    expect(parseLogKey(`${below}/2026/09/14/08/x`, true).skip).toBe(null);
    expect(parseLogKey(`${below}/2026/09/14/08/data/x`, true).skip).toBe("prompt or completion");
  });

  it("is another's to the trail's source, bodies included", () => {
    for (const key of [
      `${below}/2026/09/14/08/x.json.gz`,
      `flat/${id}_input.json.gz`,
      "x/amazon-bedrock-logs-permission-check",
    ])
      expect(parseTrailKey(key, true).skip).toBe("model invocation log");
    expect(parseTrailKey("copies/my_input.json.gz").skip).toBe(null);
  });
});
