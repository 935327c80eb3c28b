import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { runUnprivileged } from "../support/unprivileged.ts";
import { MadeTrail, otherKey, tampered } from "./made-trail.ts";

const folder = temporaryFolder();
const logs = join(folder, "logs");
const keys = join(folder, "keys.json");
const signatures = join(folder, "signatures.csv");
const trail = new MadeTrail({ root: "AWSLogs/o-exampleorgid/" });
const second = new MadeTrail({ root: "AWSLogs/o-exampleorgid/", account: "444455556666", region: "us-east-1" });
const to = "2026-09-14T14:01:31Z";

beforeAll(() => {
  for (const each of [trail, second]) each.write(logs);
  writeFileSync(keys, trail.publicKeys());
  const lines = [trail, second].map((each) => `s3://any/${each.digestKey(7)},${each.digest(7).signature}`);
  writeFileSync(signatures, `uri,signature\n${lines.join("\n")}\n`);
});

interface Row {
  readonly kind: string;
  readonly account_id: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly signature_source: string | null;
}

const verify = (...args: string[]): ReturnType<typeof runCli> =>
  runCli(["verify", logs, "--public-keys", keys, "--to", to, ...args]);

describe("spillway verify", () => {
  it("finds a whole organization whole, in sums that add up", async () => {
    const run = await verify("--signatures", signatures, "--strict", "--fail-on", "integrity");
    expect(run.code).toBe(0);
    expect(run.stdout).toBe("");
    expect(run.stderr).toContain("digests   16 digests = 16 valid\n");
    expect(run.stderr).toContain("log files 48 log files = 48 valid\n");
    expect(run.stderr).toContain("signatures from 14 successor + 2 file\n");
    expect(run.stderr).toContain("Every digest and every log file is what CloudTrail signed.");
  });

  it("names the ends of a copy's chains, and is strict about them", async () => {
    const run = await verify("--strict", "--format", "json");
    expect(run.code).toBe(4);
    const rows = JSON.parse(run.stdout) as Row[];
    expect(rows).toHaveLength(64);
    const ends = rows.filter(({ kind, verdict }) => kind === "digest" && verdict !== "valid");
    expect(ends.map(({ account_id, verdict, reason }) => [account_id, verdict, reason])).toEqual([
      ["111122223333", "unreadable", "signature-missing"],
      ["444455556666", "unreadable", "signature-missing"],
    ]);
    expect((await verify("--fail-on", "integrity")).code).toBe(0);
  });

  it.each(["csv", "ndjson", "markdown", "table"])("writes every row as %s", async (format) => {
    const run = await verify("--signatures", signatures, "--format", format);
    expect(run.code).toBe(0);
    for (const name of ["kind", "account_id", "region", "trail", "uri", "verdict", "reason", "signature_source"])
      expect(run.stdout).toContain(name);
    expect(run.stdout.match(/444455556666_CloudTrail_us-east-1/g)?.length).toBeGreaterThanOrEqual(24);
  });

  it("writes the same bytes whoever is faster", async () => {
    const run = (threads: string): ReturnType<typeof runCli> => verify("--format", "csv", "--threads", threads);
    expect((await run("1")).stdout).toBe((await run("3")).stdout);
  });

  it("checks only the accounts and Regions asked for", async () => {
    const run = await verify("--account", "444455556666", "--region", "us-east-1", "--signatures", signatures);
    expect(run.stderr).toContain("digests   8 digests = 8 valid");
    const none = await verify("--account", "999999999999");
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("no digests and no log files of 999999999999");
  });

  it("exits with 3 for a finding, and 3 goes before 4", async () => {
    const path = join(logs, trail.logs(2)[0] ?? "");
    const before = readFileSync(path);
    writeFileSync(path, tampered(before));
    try {
      expect((await verify("--fail-on", "integrity", "--strict")).code).toBe(3);
      const shown = await verify("--signatures", signatures);
      expect(shown.code).toBe(0);
      expect(shown.stdout).toMatch(/log .*invalid .*hash/);
      expect(shown.stdout.trimEnd().split("\n")).toHaveLength(3);
      expect(shown.stderr).toContain("48 log files = 47 valid + 1 invalid (hash)");
      expect(shown.stderr).toContain("warning: 1 finding\n");
    } finally {
      writeFileSync(path, before);
    }
  });

  it("misses the end when it is asked until now", async () => {
    const run = await runCli(["verify", logs, "--public-keys", keys, "--fail-on", "integrity"]);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain("2 missing (cut-end)");
  });

  it("takes keys and signatures from the folder of a pack", async () => {
    const place = join(folder, "pack", "data", "integrity");
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "public-keys.json"), trail.publicKeys());
    writeFileSync(join(place, "signatures.csv"), readFileSync(signatures));
    const pack = join(folder, "pack");
    const run = await runCli(["verify", logs, "--public-keys", pack, "--signatures", pack, "--to", to, "--strict"]);
    expect(run.code).toBe(0);
  });

  it("finds nothing out without the right keys, and says so", async () => {
    const others = join(folder, "others.json");
    writeFileSync(others, trail.publicKeys([otherKey]));
    const run = await runCli(["verify", logs, "--public-keys", others, "--to", to, "--fail-on", "integrity"]);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain("14 invalid (key-unknown)");
  });
});

describe("wrong use", () => {
  it.each<[string, string[], RegExp]>([
    ["no such folder", ["verify", "/nowhere", "--public-keys", "KEYS"], /^error: there is no folder \/nowhere\n/],
    ["no such keys", ["verify", "LOGS", "--public-keys", "/nowhere.json"], /^error: cannot read \/nowhere\.json/],
    ["keys that are none", ["verify", "LOGS", "--public-keys", "SIGNATURES"], /holds no public keys of CloudTrail/],
    [
      "signatures that are none",
      ["verify", "LOGS", "--public-keys", "KEYS", "--signatures", "KEYS"],
      /holds no signatures/,
    ],
    [
      "a source without digests",
      ["verify", "lookup-events:eu-west-1", "--public-keys", "KEYS"],
      /no digests in lookup/,
    ],
    [
      "a range turned round",
      ["verify", "LOGS", "--from", "2026-09-15", "--to", "2026-09-14"],
      /--from is after --to\nSwap them/,
    ],
    ["no account", ["verify", "LOGS", "--account", "12"], /12 is not an account id/],
    ["another thing to fail on", ["verify", "LOGS", "--fail-on", "boundary"], /Allowed choices are integrity/],
  ])("%s", async (_, args, message) => {
    const places: Readonly<Record<string, string>> = { LOGS: logs, KEYS: keys, SIGNATURES: signatures };
    const run = await runCli(args.map((arg) => places[arg] ?? arg));
    expect(run.code).toBe(/nowhere\n/.test(String(message)) || args[1] === "/nowhere" ? 1 : 2);
    expect(run.stderr).toMatch(message);
    expect(run.stdout).toBe("");
  });

  it("a folder that must not be read", async () => {
    const closed = join(logs, "AWSLogs", "o-exampleorgid", "444455556666", "CloudTrail-Digest");
    chmodSync(closed, 0);
    try {
      const run = await runUnprivileged(["verify", logs, "--public-keys", keys, "--to", to, "--strict"], folder);
      expect(run.code).toBe(4);
      expect(run.stderr).toContain(`cannot read ${closed}`);
    } finally {
      chmodSync(closed, 0o755);
    }
  });

  it("a folder with neither digests nor logs", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    const run = await runCli(["verify", empty, "--public-keys", keys]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("no digests and no log files below");
    rmSync(empty, { recursive: true });
  });
});
