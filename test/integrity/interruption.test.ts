/** `kill -9` and Ctrl-C in the middle of a digest check: nothing half is left, and the next run gives what an undisturbed one does. */
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { queryRows } from "../support/run-cli.ts";
import { PublicKeysServer } from "../support/public-keys-server.ts";
import { S3Server } from "../support/s3-server.ts";
import { useTestCredentials } from "../support/s3-trail.ts";
import { type SpawnedCli, spawnCli } from "../support/spawn-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { contentsOf } from "../support/warehouse-contents.ts";
import { trailWithCalls } from "../evidence/made-pack.ts";
import { type MadeTrail, hour, tampered } from "./made-trail.ts";

useTestCredentials();
const folder = temporaryFolder();
const trail: MadeTrail = trailWithCalls();
let s3: S3Server;
let cloudtrail: PublicKeysServer;

beforeAll(async () => {
  s3 = await S3Server.start({ bucket: "test-trail", region: "us-east-1" });
  cloudtrail = await PublicKeysServer.start();
  const [changed = ""] = trail.logs(0);
  const [gone = ""] = trail.logs(3);
  trail.get(changed).body = tampered(trail.get(changed).body);
  trail.delete(gone);
  for (const [key, { body, metadata }] of trail.objects) s3.put(key, body, metadata);
  const { chain, end } = trail;
  cloudtrail.keys.set(chain.region, [{ key: chain.key, from: chain.start - 240 * hour, to: end + 480 * hour }]);
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
  await cloudtrail[Symbol.asyncDispose]();
});

const start = (command: string, ...args: readonly string[]): SpawnedCli =>
  spawnCli([
    command,
    "s3://test-trail",
    "--s3-endpoint",
    s3.endpoint,
    "--cloudtrail-endpoint",
    cloudtrail.endpoint,
    "--threads",
    "1",
    ...args,
  ]);

/** What has to be on its way when the signal comes: the object is never answered, so the check stands in the middle. */
const moments = [
  ["the first digest", (): string => trail.digestKey(0)],
  ["the last digest", (): string => trail.digestKey(3)],
  ["a log file", (): string => trail.logs(1)[2] ?? ""],
  ["the last log file", (): string => trail.logs(3)[2] ?? ""],
] as const;
const signals = ["SIGKILL", "SIGINT"] as const;
const cases = moments.flatMap(([what, keyOf]) => signals.map((signal) => [signal, what, keyOf] as const));

async function interrupted(signal: NodeJS.Signals, stuck: string, ...args: readonly string[]): Promise<void> {
  let reached: () => void = () => undefined;
  const isThere = new Promise<void>((done) => (reached = done));
  s3.options = {
    ...s3.options,
    fault: ({ kind, path }) => {
      if (kind !== "get" || path !== stuck) return undefined;
      reached();
      return { type: "wait", ms: 600_000 };
    },
  };
  const [command = "", ...rest] = args;
  const { child, ended } = start(command, ...rest);
  await Promise.race([isThere, ended]);
  expect(child.exitCode, "it waits for the object").toBeNull();
  child.kill(signal);
  const { code, signal: by, stderr } = await ended;
  s3.options = { bucket: "test-trail", region: "us-east-1" };
  if (signal === "SIGKILL") expect(by).toBe("SIGKILL");
  else {
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*(?:interrupted|stopped)/im);
  }
}

describe("verify", () => {
  const range = ["--to", new Date(trail.end).toISOString(), "--format", "csv"];
  let calm: string;
  beforeAll(async () => {
    const run = await start("verify", ...range).ended;
    expect(run.code).toBe(0);
    calm = run.stdout;
    expect(calm).toMatch(/invalid,hash[^]*missing,not-found/);
  });

  it.each(cases)(
    "%s while %s is read leaves no file, and the next run gives the same rows",
    async (signal, what, keyOf) => {
      const place = join(folder, `verify ${signal} ${what}`);
      mkdirSync(place, { recursive: true });
      const output = join(place, "rows.csv");
      await interrupted(signal, keyOf(), "verify", ...range, "--output", output);
      expect(existsSync(output)).toBe(false);
      expect((await start("verify", ...range, "--output", output).ended).code).toBe(0);
      expect(readFileSync(output, "utf8")).toBe(calm);
      expect(readdirSync(place)).toEqual(["rows.csv"]);
    },
  );
});

describe("ingest --verify", () => {
  /** Everything but what runs count and when they were. */
  async function checked(warehouse: string): Promise<readonly unknown[]> {
    const tables = ["digest", "digest_check", "missing_log", "public_key", "listed_range"];
    const columns = "columns(c -> not c similar to '.*(run_id|_at)$' or c = 'ends_at')";
    const rows: unknown[] = [];
    for (const table of tables) rows.push(await queryRows(warehouse, `select ${columns} from ${table} order by all`));
    const verdicts =
      "select uri, status, sha256, sha256_object, flaw, digest_verdict, digest_reason, digest_uri from trail_object order by uri";
    return [await contentsOf(warehouse), rows, await queryRows(warehouse, verdicts)];
  }
  let calm: readonly unknown[];
  beforeAll(async () => {
    const warehouse = join(folder, "calm.duckdb");
    expect((await start("ingest", "--verify", "--from", "2020-01-01", "--warehouse", warehouse).ended).code).toBe(0);
    calm = await checked(warehouse);
    expect(JSON.stringify(calm)).toMatch(/"digest_verdict":"invalid"/);
  });

  it.each(cases)("%s while %s is read, and the next run gives the same warehouse", async (signal, what, keyOf) => {
    const warehouse = join(folder, `ingest ${signal} ${what}.duckdb`);
    const args = ["ingest", "--verify", "--from", "2020-01-01", "--warehouse", warehouse];
    await interrupted(signal, keyOf(), ...args);
    const [command = "", ...rest] = args;
    expect((await start(command, ...rest).ended).code).toBe(0);
    expect(await checked(warehouse)).toEqual(calm);
  });
});
