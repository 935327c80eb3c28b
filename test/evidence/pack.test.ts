import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, symlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { useTestCredentials } from "../support/s3-trail.ts";
import { pythonWith } from "../support/python.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { copyOf, forge, sha256 } from "./forge.ts";
import { evidence, ingestVerified, runVerifier, session, trailWithCalls } from "./made-pack.ts";

useTestCredentials();
const folder = temporaryFolder();
const warehouse = join(folder, "spillway.duckdb");
const pack = join(folder, "pack");

beforeAll(async () => {
  expect((await ingestVerified(trailWithCalls(), warehouse)).code).toBe(0);
  const made = await evidence(warehouse, pack);
  expect(made.stderr).toContain(`wrote ${pack}`);
  expect(made.code).toBe(0);
});

function text(path: string, where = pack): string {
  return readFileSync(join(where, path), "utf8");
}

function summary(where = pack): Record<string, unknown> {
  return JSON.parse(text("data/summary.json", where)) as Record<string, unknown>;
}

function copy(): string {
  return copyOf(pack);
}

describe("a pack", () => {
  it("holds the claims, and figures that follow from its rows", () => {
    const { claims, figures, personalData } = summary();
    expect(figures).toEqual({
      invocations: 12,
      served: 12,
      outside: 4,
      unknown_region: 0,
      spilled: 12,
      denied: 0,
      throttled: 0,
      failed: 0,
      by_invocation_log: 0,
    });
    expect(claims).toContainEqual(expect.objectContaining({ claim: "inside-boundary", outcome: "not met" }));
    expect(claims).toContainEqual(expect.objectContaining({ claim: "unaltered", outcome: "met" }));
    expect(personalData).toBe("left out");
    expect(text("data/rows/outside-boundary.csv").match(/us-east-1/g)).toHaveLength(4);
  });

  it("is valid for its own verifier, which finds every signature, link and log file, and for ours", async () => {
    const { code, lines } = runVerifier(pack);
    expect(lines).toContain("CloudTrail's chain: 4 digests, 4 valid, 3 links; 12 log files");
    expect(lines.at(-1)).toBe("valid-unsigned");
    expect(code).toBe(0);
    const ours = await runCli(["evidence", "verify", pack]);
    expect(ours.stderr).toContain("CloudTrail's chain: 4 digests, 4 valid, 3 links; 12 log files, 12 valid");
    expect(ours.stdout).toBe("valid-unsigned\n");
    expect(ours.code).toBe(0);
  });

  it("names each log file's version in its bucket", () => {
    const [head = "", ...lines] = text("data/inputs.csv").trimEnd().split("\n");
    const [at, status] = [head.split(",").indexOf("version_id"), head.split(",").indexOf("status")];
    const versions = lines.flatMap((line) => (line.split(",")[status] === "loaded" ? [line.split(",")[at]] : []));
    expect(new Set(versions).size).toBe(12);
    for (const version of versions) expect(version).toMatch(/^version-\d+$/);
  });

  it("leaves people out, or puts a keyed hash in their place, or keeps them, as it is asked", async () => {
    const whole = (where: string): string =>
      readdirSync(where, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
        .join("\n");
    expect(whole(pack)).not.toContain(session);
    const key = "0123456789abcdef0123456789abcdef";
    const hashed = join(folder, "hashed");
    expect((await evidence(warehouse, hashed, "--pseudonymise", key)).code).toBe(0);
    expect(whole(hashed)).not.toContain(session);
    expect(whole(hashed)).not.toContain(key);
    expect(summary(hashed)["personalData"]).toBe("replaced by keyed hashes");
    const kept = join(folder, "kept");
    expect((await evidence(warehouse, kept, "--keep-personal")).code).toBe(0);
    expect(whole(kept)).toContain(session);
    expect(runVerifier(kept).code).toBe(0);
  });

  it("has the same bytes whatever the time zone and the clock, and whatever it is called", async () => {
    const zone = process.env["TZ"];
    const [first, second] = [join(folder, "a.zip"), join(folder, "b.zip")];
    expect((await evidence(warehouse, first)).code).toBe(0);
    process.env["TZ"] = "Asia/Kolkata";
    try {
      expect((await evidence(warehouse, second)).code).toBe(0);
    } finally {
      if (zone === undefined) delete process.env["TZ"];
      else process.env["TZ"] = zone;
    }
    expect(sha256(readFileSync(first))).toBe(sha256(readFileSync(second)));
  });

  it("shows nothing over a range without data", async () => {
    const empty = join(folder, "empty");
    const run = await evidence(warehouse, empty, "--from", "2025-01-01", "--to", "2025-02-01", "--strict");
    expect(run.code).toBe(4);
    const { claims } = summary(empty) as { claims: { outcome: string }[] };
    expect(new Set(claims.map(({ outcome }) => outcome))).toEqual(new Set(["not shown"]));
    expect(runVerifier(empty).code).toBe(0);
  });

  it("is told by exit codes what it found only where that is asked for", async () => {
    expect((await evidence(warehouse, join(folder, "found"), "--fail-on", "findings")).code).toBe(3);
    const wrong = await evidence(warehouse, pack);
    expect(wrong.stderr).toContain("is there already");
    expect(wrong.code).toBe(2);
    expect((await evidence(warehouse, join(folder, "no", "where"))).code).toBe(1);
    expect((await evidence(warehouse, join(folder, "x"), "--boundary", "xx")).code).toBe(2);
    expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
    expect(existsSync(join(folder, "x"))).toBe(false);
  });
});

describe("a damaged pack is refused, and every fault is named", () => {
  const cases: readonly (readonly [string, (where: string) => void, RegExp])[] = [
    [
      "one byte changed",
      (where) =>
        writeFileSync(join(where, "data/config.json"), text("data/config.json", where).replace("duckdb", "duckdB")),
      /changed: data\/config\.json/,
    ],
    ["a file too many", (where) => writeFileSync(join(where, "data/more.txt"), "x"), /not listed .*: data\/more\.txt/],
    ["a tag file too many", (where) => writeFileSync(join(where, "more.txt"), "x"), /not listed .*: more\.txt/],
    ["a file too few", (where) => rmSync(join(where, "data/report.html")), /missing: data\/report\.html/],
    [
      "a line of the manifest missing",
      (where) => forge(where, "manifest-sha256.txt", (lines) => lines.replace(/^.*report\.html\n/m, "")),
      /not listed in manifest-sha256\.txt: data\/report\.html/,
    ],
    ["fetch.txt", (where) => writeFileSync(join(where, "fetch.txt"), ""), /fetch\.txt/],
    [
      "a place outside",
      (where) => writeFileSync(join(where, "manifest-sha256.txt"), `${"0".repeat(64)}  data/../../x\n`),
      /outside the pack: data\/\.\.\/\.\.\/x/,
    ],
    ["a link", (where) => symlinkSync("summary.json", join(where, "data/link")), /a link .*: data\/link/],
    ["names that differ in case", (where) => writeFileSync(join(where, "data/Report.html"), ""), /differ only in case/],
    [
      "names that differ in how an accent is written",
      (where) => {
        for (const name of ["caf\u00e9.txt", "cafe\u0301.txt"]) writeFileSync(join(where, "data", name), "");
      },
      /differ only in case/,
    ],
    [
      "an absolute place",
      (where) => forge(where, "manifest-sha256.txt", (lines) => `${lines}${"0".repeat(64)}  /etc/passwd\n`),
      /outside the pack: \/etc\/passwd/,
    ],
    [
      "a line that is none",
      (where) => forge(where, "manifest-sha256.txt", (lines) => `${lines}hello\n`),
      /line \d+ is not a line of a manifest/,
    ],
    [
      "a file named twice",
      (where) => forge(where, "manifest-sha256.txt", (lines) => `${lines}${lines.split("\n")[0] ?? ""}\n`),
      /names a file twice/,
    ],
    ["a summary that is none", (where) => forge(where, "data/summary.json", () => "{"), /cannot be read/],
    ["a manifest that is gone", (where) => rmSync(join(where, "manifest-sha256.txt")), /missing: manifest-sha256\.txt/],
    [
      "a call taken away from outside",
      (where) =>
        forge(where, "data/rows/invocations-2026-09.csv", (rows) => rows.replaceAll(",us-east-1,", ",eu-west-1,")),
      /outside = 4, and the rows say 0/,
    ],
    [
      "a claim made better",
      (where) => forge(where, "data/summary.json", (json) => json.replace('"outcome": "not met"', '"outcome": "met"')),
      /inside-boundary does not follow from the rows/,
    ],
    [
      "another signature",
      (where) =>
        forge(where, "data/integrity/signatures.csv", (rows) =>
          rows.replace(
            /,([0-9a-f]{511})([0-9a-f]),/,
            (_, most: string, last: string) => `,${most}${last === "0" ? "1" : "0"},`,
          ),
        ),
      /wrong signature of the digest/,
    ],
    [
      "another hash of a log file",
      (where) => forge(where, "data/inputs.csv", (rows) => rows.replace(/,[0-9a-f]{64},/, `,${"0".repeat(64)},`)),
      /does not list with this hash/,
    ],
    [
      "a digest of another key",
      (where) =>
        forge(where, "data/integrity/public-keys.json", (json) =>
          json.replace(/"Fingerprint": "\w{32}"/, `"Fingerprint": "${"0".repeat(32)}"`),
        ),
      /no public key of its Region and time/,
    ],
  ];

  for (const [name, damage, said] of cases) {
    it(name, async () => {
      const where = copy();
      damage(where);
      const { code, lines } = runVerifier(where);
      expect(lines.filter((line) => line.startsWith("problem: ")).join("\n")).toMatch(said);
      expect(lines.at(-1)).toBe("invalid");
      expect(code).toBe(3);
      const ours = await runCli(["evidence", "verify", where]);
      expect(ours.stderr).toMatch(said);
      expect(ours.stdout).toBe("invalid\n");
      expect(ours.code).toBe(3);
    });
  }

  it("all problems at once", () => {
    const where = copy();
    rmSync(join(where, "data/report.html"));
    writeFileSync(join(where, "data/more.txt"), "x");
    expect(runVerifier(where).lines.filter((line) => line.startsWith("problem: ")).length).toBeGreaterThan(1);
  });

  it("a form of later is not a fault: it says so and ends with 2", async () => {
    const where = copy();
    forge(where, "bag-info.txt", (info) => info.replace("Spillway-Schema: 1", "Spillway-Schema: 2"));
    const { code, lines } = runVerifier(where);
    expect(lines.join("\n")).toContain("unknown-schema");
    expect(code).toBe(2);
    const ours = await runCli(["evidence", "verify", where]);
    expect(ours.stdout).toBe("unknown-schema\n");
    expect(ours.code).toBe(2);
  });
});

describe("programs that are not ours", () => {
  const sums = (where: string): number | null =>
    spawnSync("sha256sum", ["-c", "--quiet", "tagmanifest-sha256.txt", "manifest-sha256.txt"], { cwd: where }).status;
  const has = spawnSync("sha256sum", ["--version"]).status === 0;

  it.runIf(has)("sha256sum accepts it, and refuses it after one byte", () => {
    expect(sums(pack)).toBe(0);
    const where = copy();
    writeFileSync(join(where, "data/config.json"), text("data/config.json").replace("duckdb", "duckdB"));
    expect(sums(where)).toBe(1);
  });

  it("the Library of Congress's bagit accepts it, and refuses it after one byte", (context) => {
    const tool = pythonWith("bagit==1.9.0");
    if ("missing" in tool) return context.skip(tool.missing);
    const check = (where: string): number | null => spawnSync(tool.python, ["-m", "bagit", "--validate", where]).status;
    expect(check(pack)).toBe(0);
    const where = copy();
    writeFileSync(join(where, "data/config.json"), text("data/config.json").replace("duckdb", "duckdB"));
    expect(check(where)).toBe(1);
  }, 240_000);
});
