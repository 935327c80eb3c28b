import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CliRun, runCli } from "../support/run-cli.ts";
import { PublicKeysServer } from "../support/public-keys-server.ts";
import { type Fault as ServerFault, S3Server } from "../support/s3-server.ts";
import { useTestCredentials } from "../support/s3-trail.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { faults } from "./faults.ts";
import { begin, hour, MadeTrail, otherKey, type TrailPlan } from "./made-trail.ts";
import type { VerifyCells } from "../support/verify-row.ts";

useTestCredentials();
const folder = temporaryFolder();
let s3: S3Server;
let cloudtrail: PublicKeysServer;
/** A minute behind the real clock, as signatures want it. */
const now = (): string => new Date().toISOString();

beforeEach(async () => {
  s3 = await S3Server.start({ bucket: "test-trail", region: "us-east-1" });
  cloudtrail = await PublicKeysServer.start();
});

afterEach(async () => {
  await s3[Symbol.asyncDispose]();
  await cloudtrail[Symbol.asyncDispose]();
});

function serve(trail: MadeTrail): void {
  for (const [key, { body, metadata }] of trail.objects) s3.put(key, body, metadata);
  const keys = [{ key: trail.chain.key, from: trail.chain.start - 240 * hour, to: trail.end + 480 * hour }];
  cloudtrail.keys.set(trail.chain.region, keys);
}

function made(plan: TrailPlan = {}): MadeTrail {
  const trail = new MadeTrail(plan);
  serve(trail);
  return trail;
}

function verify(trail: MadeTrail, ...args: string[]): Promise<CliRun> {
  const range = args.includes("--to") ? [] : ["--to", new Date(trail.end).toISOString()];
  const endpoints = ["--s3-endpoint", s3.endpoint, "--cloudtrail-endpoint", cloudtrail.endpoint];
  return runCli(["verify", "s3://test-trail", ...endpoints, ...range, ...args], {}, now());
}

async function rowsOf(trail: MadeTrail, ...args: string[]): Promise<VerifyCells[]> {
  const run = await verify(trail, "--format", "json", ...args);
  if (run.code === 1) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as VerifyCells[];
}

describe("a bucket", () => {
  it("is checked with read permission alone, by the keys of each Region", async () => {
    const trail = made({ root: "some/prefix/AWSLogs/o-exampleorgid/" });
    serve(new MadeTrail({ root: "some/prefix/AWSLogs/o-exampleorgid/", region: "us-east-1", account: "444455556666" }));
    const run = await verify(trail, "--strict", "--fail-on", "integrity");
    expect(run.stderr).toContain("16 digests = 16 valid\n");
    expect(run.stderr).toContain("48 log files = 48 valid\n");
    expect(run.stderr).toContain("signatures from 16 metadata\n");
    expect(run.code).toBe(0);
    expect(new Set(s3.requests.map(({ kind }) => kind))).toEqual(new Set(["list", "get"]));
    expect(cloudtrail.asked.map(({ region }) => region).toSorted()).toEqual(["eu-west-1", "us-east-1"]);
  });

  it("gives each object once", async () => {
    const trail = made();
    await verify(trail);
    const gets = s3.requests.filter(({ kind }) => kind === "get").map(({ path }) => path);
    expect(gets.toSorted()).toEqual([...trail.objects.keys()].toSorted());
  });

  it("is listed only around the time asked for", async () => {
    const trail = made({ hours: 200, logsPerHour: 1 });
    const from = new Date(begin + 150 * hour).toISOString();
    const rows = await rowsOf(trail, "--from", from, "--to", new Date(begin + 155 * hour).toISOString());
    expect(rows.filter(({ kind }) => kind === "digest")).toHaveLength(5);
    expect(rows.every(({ verdict }) => verdict === "valid")).toBe(true);
    const afters = s3.requests.flatMap(({ query }) => query.get("start-after") ?? []);
    expect(afters.some((after) => after.endsWith("/CloudTrail-Digest/eu-west-1/2026/09/18/"))).toBe(true);
  });

  it("tells the end of a chain that ended long before the range", async () => {
    const trail = made({ hours: 4 });
    const from = new Date(trail.end + 20 * 24 * hour).toISOString();
    const rows = await rowsOf(trail, "--from", from, "--to", new Date(trail.end + 21 * 24 * hour).toISOString());
    expect(rows.map(({ kind, verdict, reason }) => [kind, verdict, reason])).toEqual([
      ["digest", "missing", "cut-end"],
    ]);
  });

  it("takes signatures from successors where the metadata is lost", async () => {
    const trail = made();
    for (const digest of trail.digests) trail.get(digest.key).metadata["signature"] = "";
    for (const [key, { body }] of trail.objects) s3.put(key, body);
    const rows = await rowsOf(trail);
    const digests = rows.filter(({ kind }) => kind === "digest");
    expect(digests.map((row) => row.signature_source)).toEqual([...Array(7).fill("successor"), null]);
    expect(digests.at(-1)).toMatchObject({ verdict: "unreadable", reason: "signature-missing" });
  });

  it("asks AWS for no keys when they are given", async () => {
    const trail = made();
    const file = join(folder, "keys.json");
    writeFileSync(file, trail.publicKeys());
    expect((await verify(trail, "--public-keys", file, "--strict")).code).toBe(0);
    expect(cloudtrail.asked).toEqual([]);
  });

  it("never looks into a bucket that was not named", async () => {
    const trail = new MadeTrail();
    faults.find(({ name }) => name === "log files in a bucket that nobody named")?.make(trail);
    serve(trail);
    const rows = await rowsOf(trail);
    expect(rows.filter(({ reason }) => reason === "scope")).toHaveLength(3);
    expect(new Set(s3.requests.map(({ bucket }) => bucket))).toEqual(new Set(["test-trail"]));
  });
});

describe("what cannot be read", () => {
  const deny = (part: string, fault: ServerFault): void => {
    s3.options = {
      ...s3.options,
      fault: ({ kind, path }) => ((kind === "get" || kind === "list") && path.includes(part) ? fault : undefined),
    };
  };
  const answer = (status: number, code: string, message: string): ServerFault => ({
    type: "error",
    status,
    code,
    message,
  });

  it.each<[string, ServerFault, string]>([
    ["denied", answer(403, "AccessDenied", "Access Denied"), "denied"],
    [
      "encrypted",
      answer(
        403,
        "AccessDenied",
        "User: x is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext",
      ),
      "kms",
    ],
    [
      "archived",
      answer(403, "InvalidObjectState", "The operation is not valid for the object's storage class"),
      "archived",
    ],
  ])("an object that is %s is unreadable, never invalid", async (_, fault, reason) => {
    const trail = made({ hours: 4 });
    const [log = ""] = trail.logs(1);
    deny(log, fault);
    const logRows = (await rowsOf(trail)).filter(({ verdict }) => verdict !== "valid");
    expect(logRows.map((row) => [row.kind, row.verdict, row.reason])).toEqual([["log", "unreadable", reason]]);
    deny(trail.digestKey(1), fault);
    const rows = (await rowsOf(trail)).filter(({ verdict }) => verdict !== "valid");
    expect(rows.map((row) => [row.kind, row.verdict, row.reason])).toEqual([
      ["digest", "unreadable", reason],
      ...Array(3).fill(["log", "undigested", "digest-unreadable"]),
    ]);
    expect((await verify(trail, "--fail-on", "integrity")).code).toBe(0);
    expect((await verify(trail, "--strict")).code).toBe(4);
  });

  it("a folder of logs that must not be listed leaves its logs unread, not missing", async () => {
    const trail = made({ hours: 4 });
    deny("/CloudTrail/eu-west-1/", answer(403, "AccessDenied", "Access Denied"));
    const run = await verify(trail, "--format", "json", "--fail-on", "integrity", "--strict");
    expect(run.code).toBe(4);
    const rows = (JSON.parse(run.stdout) as VerifyCells[]).filter(({ kind }) => kind === "log");
    expect(rows).toHaveLength(12);
    expect(rows.every(({ verdict, reason }) => verdict === "unreadable" && reason === "denied")).toBe(true);
    expect(run.stderr).toContain("access denied");
  });

  it("a folder of digests that must not be listed is a gap", async () => {
    const trail = made({ hours: 4 });
    deny("/CloudTrail-Digest/eu-west-1/", answer(403, "AccessDenied", "Access Denied"));
    const run = await verify(trail, "--format", "json", "--fail-on", "integrity", "--strict");
    expect(run.code).toBe(4);
    const reasons = new Set((JSON.parse(run.stdout) as VerifyCells[]).map(({ reason }) => reason));
    expect([...reasons]).toEqual(["digest-unreadable"]);
  });

  it("a Region that refuses its keys is a gap, told once", async () => {
    const trail = made({ hours: 4 });
    cloudtrail.denied.add("eu-west-1");
    const run = await verify(trail, "--strict", "--fail-on", "integrity");
    expect(run.code).toBe(4);
    expect(run.stderr.match(/access denied to the public keys of CloudTrail in eu-west-1/g)).toHaveLength(1);
    expect(run.stderr).toContain("4 unreadable (key-unknown)");
  });

  it("a key that AWS does not know is somebody else's", async () => {
    const trail = made({ hours: 4, key: otherKey });
    serve(new MadeTrail({ hours: 1, account: "444455556666" }));
    const run = await verify(trail, "--account", "111122223333", "--fail-on", "integrity");
    expect(run.code).toBe(3);
    expect(run.stderr).toContain("4 invalid (key-unknown)");
  });

  it("CloudTrail out of reach is one line and exit code 1", async () => {
    const trail = made({ hours: 4 });
    const { endpoint } = cloudtrail;
    const run = await runCli(
      [
        "verify",
        "s3://test-trail",
        "--s3-endpoint",
        s3.endpoint,
        "--cloudtrail-endpoint",
        endpoint.replace(/\d+$/, "1"),
      ],
      {},
      now(),
    );
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/error: cannot reach http:\/\/127\.0\.0\.1:1.*\n.*--public-keys FILE/);
    expect(trail.objects.size).toBeGreaterThan(0);
  }, 120_000);

  it("no such bucket", async () => {
    const args = ["--s3-endpoint", s3.endpoint, "--cloudtrail-endpoint", cloudtrail.endpoint];
    const run = await runCli(["verify", "s3://other-bucket", ...args], {}, now());
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("there is no bucket other-bucket");
  });
});

describe("every fault, through S3", () => {
  it.each(faults.filter(({ check }) => check === undefined).map((fault) => [fault.name, fault] as const))(
    "%s",
    async (_, fault) => {
      const trail = new MadeTrail(fault.plan ?? {});
      fault.make(trail);
      serve(trail);
      const rows = (await rowsOf(trail)).filter(({ verdict }) => verdict !== "valid");
      const found = rows.map(({ kind, verdict, reason }) => `${kind}: ${verdict} (${reason ?? "-"})`);
      expect(found).toEqual(fault.found.map((line) => line.replace(/ \S+:/, ":")));
    },
  );
});
