import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { begin, hour, MadeTrail, tampered } from "../integrity/made-trail.ts";
import { type CliRun, queryRows, runCli } from "../support/run-cli.ts";
import { PublicKeysServer } from "../support/public-keys-server.ts";
import { S3Server } from "../support/s3-server.ts";
import { useTestCredentials } from "../support/s3-trail.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

useTestCredentials();
const folder = temporaryFolder();
const file = (name: string): string => join(folder, name);
let s3: S3Server;
let cloudtrail: PublicKeysServer;
let run = 0;
let warehouse: string;

beforeEach(async () => {
  s3 = await S3Server.start({ bucket: "test-trail", region: "us-east-1" });
  cloudtrail = await PublicKeysServer.start();
  warehouse = file(`w${run++}.duckdb`);
});

afterEach(async () => {
  await s3[Symbol.asyncDispose]();
  await cloudtrail[Symbol.asyncDispose]();
});

/** A trail whose newest digest ended ten minutes ago: as a bucket looks in the middle of its life. */
function recent(hours = 8): MadeTrail {
  return new MadeTrail({ hours, start: Math.floor(Date.now() / 1000) * 1000 - hours * hour - 10 * 60_000 });
}

function serve(trail: MadeTrail): void {
  s3.objects.clear();
  for (const [key, { body, metadata }] of trail.objects) s3.put(key, body, metadata);
  cloudtrail.keys.set(trail.chain.region, [
    { key: trail.chain.key, from: begin - 10_000 * hour, to: Date.now() + hour },
  ]);
}

function ingest(...args: string[]): Promise<CliRun> {
  const endpoints = ["--s3-endpoint", s3.endpoint, "--cloudtrail-endpoint", cloudtrail.endpoint];
  const time = new Date().toISOString();
  return runCli(["ingest", "s3://test-trail", "--verify", "--warehouse", warehouse, ...endpoints, ...args], {}, time);
}

/** Verdicts of the ledger and of what is missing in it, with how many. */
async function verdicts(): Promise<Record<string, number>> {
  const rows = await queryRows(
    warehouse,
    `select coalesce(verdict, 'none') || coalesce(' ' || reason, '') as what, count(*) as n from (
       select digest_verdict as verdict, digest_reason as reason from trail_object where status <> 'skipped'
       union all select verdict, reason from missing_log) group by 1 order by 1`,
  );
  return Object.fromEntries(rows.map((row) => [String(row["what"]), Number(row["n"])]));
}

async function digestVerdicts(): Promise<Record<string, number>> {
  const rows = await queryRows(
    warehouse,
    "select verdict || coalesce(' ' || reason, '') as what, count(*) as n from digest group by 1 order by 1",
  );
  return Object.fromEntries(rows.map((row) => [String(row["what"]), Number(row["n"])]));
}

/** What may be said of all that was loaded. */
async function unaltered(): Promise<unknown> {
  const [claim] = await queryRows(warehouse, "select outcome, numbers, missing from claims where claim = 'unaltered'");
  return claim;
}

describe("ingest --verify", () => {
  it("hashes what it reads anyway, and leaves digests, signatures and keys in the warehouse", async () => {
    const trail = recent();
    serve(trail);
    const first = await ingest("--strict");
    expect(first.stderr).toContain("digests   8 digests = 8 valid\n");
    expect(first.stderr).toContain("log files 24 log files = 24 valid\n");
    expect(first.code).toBe(0);
    const gets = s3.requests.filter(({ kind }) => kind === "get").map(({ path }) => path);
    expect(gets.toSorted()).toEqual([...trail.objects.keys()].toSorted());
    expect(await verdicts()).toEqual({ valid: 24 });
    expect(await digestVerdicts()).toEqual({ valid: 8 });
    const [digest] = await queryRows(
      warehouse,
      "select signature, signature_source, body, fingerprint, trail from digest order by ends_at desc limit 1",
    );
    const newest = trail.digest(7);
    expect(digest).toEqual({
      signature: newest.signature,
      signature_source: "metadata",
      body: newest.body.toString("base64"),
      fingerprint: trail.chain.key.fingerprint,
      trail: "main_trail",
    });
    const [key] = await queryRows(warehouse, "select region, fingerprint, value, source from public_key");
    expect(key).toEqual({
      region: "eu-west-1",
      fingerprint: trail.chain.key.fingerprint,
      value: trail.chain.key.value,
      source: "ListPublicKeys",
    });
    const coverage = await runCli(["report", "coverage", "--warehouse", warehouse, "--format", "json"]);
    const days = JSON.parse(coverage.stdout) as { readonly digest_status: string }[];
    expect(new Set(days.map((day) => day.digest_status))).toEqual(new Set(["valid"]));
    expect(await unaltered()).toMatchObject({ outcome: "met", missing: null });
  });

  it("reads nothing again, and judges what came since", async () => {
    const trail = recent(8);
    const logs = [...trail.objects.keys()];
    const late = [trail.digestKey(7), ...trail.logs(7)];
    const held = new Map(late.map((key) => [key, trail.get(key)] as const));
    trail.delete(trail.digestKey(7));
    serve(trail);
    await ingest();
    // the last hour is not digested yet
    expect(await unaltered()).toMatchObject({
      outcome: "not shown",
      missing: "log files that are not digested yet: 3",
    });
    expect(await verdicts()).toEqual({ valid: 21, "not-yet-digested recent": 3 });
    for (const [key, object] of held) trail.objects.set(key, object);
    serve(trail);
    s3.requests.length = 0;
    await ingest();
    expect(await verdicts()).toEqual({ valid: 24 });
    const gets = s3.requests.filter(({ kind }) => kind === "get").map(({ path }) => path);
    expect(gets.filter((path) => path.includes("/CloudTrail/"))).toEqual([]);
    expect(gets).toContain(trail.digestKey(7));
    s3.requests.length = 0;
    const idle = await ingest();
    expect(idle.stderr).toContain("nothing new");
    expect(s3.requests.filter(({ kind, path }) => kind === "get" && path.includes("/CloudTrail/"))).toEqual([]);
    expect(logs).toHaveLength(32);
  });

  it("finds each fault where it lies", async () => {
    const trail = recent();
    trail.get(trail.logs(1)[0] ?? "").body = tampered(trail.get(trail.logs(1)[0] ?? "").body);
    const behind = trail.get(trail.logs(1)[1] ?? "");
    behind.body = Buffer.concat([behind.body, Buffer.alloc(7)]);
    trail.delete(trail.logs(2)[0] ?? "", trail.digestKey(4));
    trail.addLog(trail.chain.start + 5.5 * hour);
    serve(trail);
    const found = await ingest("--strict");
    expect(found.code).toBe(4);
    expect(found.stderr).toContain("5 findings of integrity");
    expect(await verdicts()).toEqual({
      valid: 18,
      "invalid hash": 1,
      "invalid trailing-bytes": 1,
      "missing not-found": 1,
      "undigested digest-missing": 3,
      "undigested unlisted": 1,
    });
    expect(await digestVerdicts()).toEqual({ valid: 7, "missing not-found": 1 });
    expect(await unaltered()).toMatchObject({
      outcome: "not met",
      numbers: "valid: 18 log files and 7 digests; changed, missing or listed by no digest: 4 log files and 1 digests",
    });
    // what came back is no longer missed
    serve(new MadeTrail({ hours: 8, start: trail.chain.start }));
    await ingest();
    expect(await digestVerdicts()).toEqual({ valid: 8 });
  });

  it("misses nothing that the bucket has and the ledger has not", async () => {
    const trail = recent();
    serve(trail);
    const other = trail.logs(3)[0] ?? "";
    s3.options = {
      ...s3.options,
      fault: ({ kind, path }) =>
        kind === "get" && path === other
          ? { type: "error", status: 403, code: "AccessDenied", message: "Access Denied" }
          : undefined,
    };
    await ingest();
    expect(await verdicts()).toEqual({ valid: 23, "unreadable denied": 1 });
    const days = ["--from", "2026-01-01", "--to", "2026-01-02"];
    expect((await ingest(...days)).code).toBe(1);
  });

  it("says so when nobody gives the keys, keeps what was read, and comes back to it", async () => {
    const trail = recent(4);
    serve(trail);
    cloudtrail.denied.add("eu-west-1");
    const refused = await ingest("--strict");
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain("4 unreadable (key-unknown)");
    expect(await verdicts()).toEqual({ "undigested digest-unreadable": 12 });
    cloudtrail.denied.clear();
    expect((await ingest("--strict")).code).toBe(0);
    expect(await verdicts()).toEqual({ valid: 12 });
  });

  it("knows nothing of log files that were loaded without it, and does not read them again", async () => {
    const trail = recent(4);
    serve(trail);
    const plain = ["--s3-endpoint", s3.endpoint, "--warehouse", warehouse];
    await runCli(["ingest", "s3://test-trail", ...plain], {}, new Date().toISOString());
    const run = await ingest("--strict");
    expect(run.code).toBe(4);
    expect(await unaltered()).toMatchObject({ outcome: "not shown" });
    expect(await verdicts()).toEqual({ "unreadable not-hashed": 12 });
  });

  it("takes a folder as the copy that it is", async () => {
    const trail = new MadeTrail();
    const logs = file("copy");
    rmSync(logs, { recursive: true, force: true });
    trail.write(logs);
    writeFileSync(file("keys.json"), trail.publicKeys());
    const args = ["ingest", logs, "--verify", "--public-keys", file("keys.json"), "--warehouse", warehouse];
    const run = await runCli(args);
    expect(run.code).toBe(0);
    expect(await verdicts()).toEqual({ valid: 21, "undigested digest-unreadable": 3 });
    expect(await digestVerdicts()).toEqual({ valid: 7, "unreadable signature-missing": 1 });
  });

  it("needs a source with digests", async () => {
    const run = await runCli(["ingest", "lookup-events:eu-west-1", "--verify", "--warehouse", warehouse]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("there are no digests in lookup-events:eu-west-1");
  });
});

describe("spillway run", () => {
  it("fails on integrity while a digest or a log file is wrong", async () => {
    const trail = recent();
    trail.get(trail.logs(1)[0] ?? "").body = tampered(trail.get(trail.logs(1)[0] ?? "").body);
    serve(trail);
    const config = file("spillway.json");
    const source = { source: "s3://test-trail", s3Endpoint: s3.endpoint };
    const settings = {
      warehouse,
      sources: [source],
      verify: { cloudtrailEndpoint: cloudtrail.endpoint },
      failOn: ["integrity"],
    };
    writeFileSync(config, JSON.stringify(settings));
    const time = new Date().toISOString();
    for (let night = 0; night < 2; night++) {
      const run = await runCli(["run", "--config", config], {}, time);
      expect(run.code).toBe(3);
      expect(run.stderr).toContain("1 log file invalid (hash)");
    }
  });
});
