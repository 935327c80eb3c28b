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
  ])("%s is not such a layout", (key) => {
    expect(parseTrailKey(key)).toEqual({ ...nowhere, skip: null });
  });
});

describe("other files", () => {
  it.each([
    ["CloudTrail-Digest", "digest file"],
    ["CloudTrail-Insight", "Insight file"],
    ["CloudTrail-NetworkActivity", "network activity file"],
    ["CloudTrail-Lake", "CloudTrail Lake result"],
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

  it("aggregated events are skipped by their folder, and read in a flattened copy: what they count has to be told", () => {
    const name = "111122223333_CloudTrail-Aggregated_eu-central-1_20260902T1000Z.json.gz";
    expect(parseTrailKey(`AWSLogs/111122223333/CloudTrail-Aggregated/eu-central-1/2026/09/02/${name}`)).toEqual({
      ...place,
      skip: "aggregated file",
    });
    expect(parseTrailKey(`copy/${name}`).skip).toBeNull();
  });

  it.each([
    ["Config", "eu-west-1/2026/9/2/ConfigHistory/111122223333_Config_eu-west-1_x.json.gz", "AWS Config file"],
    ["Config", "ConfigWritabilityCheckFile", "AWS Config file"],
    ["vpcflowlogs", "eu-west-1/2026/09/02/111122223333_vpcflowlogs_eu-west-1_fl-1_x.log.gz", "VPC flow log"],
    ["elasticloadbalancing", "eu-west-1/2026/09/02/111122223333_elasticloadbalancing_x.log.gz", "load balancer log"],
    ["GuardDuty", "eu-west-1/2026/09/02/x.jsonl.gz", "GuardDuty finding"],
    ["WAFLogs", "cloudfront/acl/2026/09/02/10/00/x.log.gz", "WAF log"],
    ["CloudTrail-Lake", "Query/2026/09/02/53a86c87/result_1.csv.gz", "CloudTrail Lake result"],
    ["CloudTrail-Lake", "Query/2026/09/02/53a86c87/result_sign.json", "CloudTrail Lake result"],
  ])("other services' files in %s are told by their place (%s)", (kind, tail, reason) => {
    for (const before of ["AWSLogs/", "o-abcdefghij/AWSLogs/o-abcdefghij/", "copies/of/us/AWSLogs/"])
      expect(parseTrailKey(`${before}111122223333/${kind}/${tail}`)).toEqual({ ...nowhere, skip: reason });
  });

  it("and by their name in a flattened copy", () => {
    expect(parseTrailKey("flat/111122223333_Config_eu-west-1_ConfigSnapshot_x.json.gz").skip).toBe("AWS Config file");
    expect(parseTrailKey("flat/111122223333_vpcflowlogs_eu-west-1_fl-1_x.log.gz").skip).toBe("VPC flow log");
    expect(parseTrailKey("flat/111122223333_CloudTrail_eu-west-1_20260902T1000Z_x.json.gz").skip).toBeNull();
  });

  it("a folder that nobody knows is read: it may be somebody's own copy of a trail", () => {
    expect(parseTrailKey("AWSLogs/111122223333/CloudTrail-Copy/eu-west-1/2026/09/02/x.json.gz").skip).toBeNull();
  });

  it("any name is read where the user says so, but for what is known to be something else", () => {
    expect(parseTrailKey("stream/2026/09/02/10/delivery-1-2026-09-02-10-00-00-53a86c87", true).skip).toBeNull();
    expect(parseTrailKey("stream/2026/09/02/10/delivery-1-2026-09-02-10-00-00-53a86c87").skip).toBe(
      "not the name of a log file",
    );
    expect(parseTrailKey("AWSLogs/111122223333/Config/eu-west-1/x", true).skip).toBe("AWS Config file");
    expect(parseTrailKey("a/.x", true).skip).toBe("hidden file");
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
