import { readFileSync } from "node:fs";
import { createHash, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { findKey, parsePublicKeys, savedKeys } from "../../src/integrity/public-keys.ts";
import { parseDigestName, parseLogName } from "../../src/integrity/digest-name.ts";

/** Three keys that AWS published in its user guide: two in PKCS#1, one as SubjectPublicKeyInfo. */
const published = readFileSync(new URL("published-keys.json", import.meta.url), "utf8");

describe("CloudTrail's public keys", () => {
  const keys = parsePublicKeys(published, "published");

  it("are read in both encodings", () => {
    expect(keys.map(({ fingerprint }) => fingerprint)).toEqual([
      "8eba5db5bea9b640d1c96a77256fe7f2",
      "8933b39ddc64d26d8e14ffbf6566fee4",
      "31e8b5433410dfb61a9dc45cc65b22ff",
    ]);
    expect(keys.every(({ key }) => key.asymmetricKeyDetails?.modulusLength === 2048)).toBe(true);
  });

  it("are good for their time and two hours around it", () => {
    const [first] = keys;
    const [from, to] = [first?.validFrom ?? 0, first?.validTo ?? 0];
    const of = (time: number | null): string | null => findKey(keys, first?.fingerprint ?? "", time).problem;
    const twoHours = 2 * 3_600_000;
    expect([of(from), of(to), of(to + twoHours), of(from - twoHours), of(null)]).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
    expect([of(to + twoHours + 1), of(from - twoHours - 1)]).toEqual(["expired", "expired"]);
    expect(findKey(keys, "00", from).problem).toBe("unknown");
    expect(findKey(keys, "00", 0).problem).toBe("none");
    expect(findKey(null, "00", 0).problem).toBe("none");
  });

  it("that were saved are those of their Region, and those of no named one", async () => {
    const [first, second, third] = keys.map((key, at) => ({
      ...key,
      region: [null, "eu-west-1", "us-east-1"][at] ?? null,
    }));
    if (first === undefined || second === undefined || third === undefined) throw new Error("three keys");
    const saved = savedKeys([first, second, third]);
    expect(await saved.keys("eu-west-1", 0, 0)).toEqual([first, second]);
    expect(await saved.keys("us-east-1", 0, 0)).toEqual([first, third]);
  });

  it("may have their times as text, and as the AWS CLI prints them", () => {
    const asText = published.replaceAll(/"(\d+)\.0"/g, (_, seconds: string) =>
      JSON.stringify(new Date(Number(seconds) * 1000).toISOString().replace(".000Z", "+00:00")),
    );
    expect(parsePublicKeys(asText, "text").map(({ validFrom }) => validFrom)).toEqual(
      keys.map(({ validFrom }) => validFrom),
    );
  });

  it.each([
    ["no JSON", "{"],
    ["no list", "{}"],
    ["another key than its fingerprint", published.replace("8eba5db5", "8eba5db6")],
    ["no key at all", JSON.stringify({ PublicKeyList: [{ ...keyLike("abcd") }] })],
    ["a key of another kind", JSON.stringify({ PublicKeyList: [{ ...keyLike(ellipticKey()) }] })],
  ])("are refused: %s", (_, text) => {
    expect(() => parsePublicKeys(text, "FILE")).toThrow(/^FILE holds no public keys of CloudTrail/);
  });
});

function keyLike(value: string): object {
  const fingerprint = createHash("md5").update(Buffer.from(value, "base64")).digest("hex");
  return { Value: value, Fingerprint: fingerprint, ValidityStartTime: 0, ValidityEndTime: 1 };
}

function ellipticKey(): string {
  return generateKeyPairSync("ec", { namedCurve: "P-256" })
    .publicKey.export({ type: "spki", format: "der" })
    .toString("base64");
}

describe("names", () => {
  const digest =
    "p/AWSLogs/o-abc1234567/111122223333/CloudTrail-Digest/eu-west-1/2026/09/14/111122223333_CloudTrail-Digest_eu-west-1_my_trail-1_us-gov-west-1_20260914T080131Z_backfill.json.gz";

  it("of digests say account, Region, trail, home Region, end and chain", () => {
    expect(parseDigestName(digest)).toEqual({
      base: "p/",
      accountId: "111122223333",
      region: "eu-west-1",
      trail: "my_trail-1",
      homeRegion: "us-gov-west-1",
      endsAt: Date.UTC(2026, 8, 14, 8, 1, 31),
      isBackfill: true,
    });
  });

  it("of logs say when they were delivered", () => {
    const key = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/09/14/111122223333_CloudTrail_eu-west-1_20260914T0755Z";
    for (const end of ["_AbCd0123.json.gz", "AbCd0123.json.gz"])
      expect(parseLogName(key + end)?.deliveredAt).toBe(Date.UTC(2026, 8, 14, 7, 55));
  });

  it.each([
    digest.replace("111122223333_Cloud", "999922223333_Cloud"),
    digest.replace("_eu-west-1_my", "_eu-west-2_my"),
    digest.replace("T080131Z", "T080199Z"),
    digest.replace("CloudTrail-Digest/", "CloudTrail-Insight/"),
    digest.replace("_us-gov-west-1_", "_"),
  ])("that are not CloudTrail's are none: %s", (key) => {
    expect(parseDigestName(key)).toBeNull();
  });
});
