/** Same inputs, same bytes: whatever the clock, the time zone, the locale, the threads and the order in which the logs came. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { MadeTrail, begin, hour } from "../integrity/made-trail.ts";
import { PublicKeysServer } from "../support/public-keys-server.ts";
import { runCli } from "../support/run-cli.ts";
import { S3Server } from "../support/s3-server.ts";
import { useTestCredentials } from "../support/s3-trail.ts";
import { spawnCli } from "../support/spawn-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { sha256 } from "./forge.ts";
import { trailWithCalls } from "./made-pack.ts";

useTestCredentials();
const folder = temporaryFolder();
const trail: MadeTrail = trailWithCalls();
const asOf = "2026-09-20T00:00:00.000Z";
const packs: Buffer[] = [];

/** Reads what is there in each turn, at a clock of its own. */
async function ingest(name: string, turns: readonly ((key: string) => boolean)[], threads: number): Promise<string> {
  const warehouse = join(folder, `${name}.duckdb`);
  await using s3 = await S3Server.start({ bucket: "test-trail", region: "us-east-1" });
  await using cloudtrail = await PublicKeysServer.start();
  const { region, key } = trail.chain;
  cloudtrail.keys.set(region, [{ key, from: begin - 100 * hour, to: begin + 100 * hour }]);
  for (const [turn, isThere] of turns.entries()) {
    for (const [path, { body, metadata }] of trail.objects) if (isThere(path)) s3.put(path, body, metadata);
    const endpoints = ["--s3-endpoint", s3.endpoint, "--cloudtrail-endpoint", cloudtrail.endpoint];
    const clock = new Date(trail.end + (10 + turn * 7 + threads) * 60_000).toISOString();
    const more = ["--warehouse", warehouse, "--threads", String(threads), ...endpoints];
    expect((await runCli(["ingest", "s3://test-trail", "--verify", ...more], {}, clock)).code).toBe(0);
  }
  return warehouse;
}

async function pack(warehouse: string, env: NodeJS.ProcessEnv, ...more: readonly string[]): Promise<Buffer> {
  const output = join(folder, "pack.zip");
  rmSync(output, { force: true });
  const range = ["--boundary", "eu", "--from", "2026-09-14", "--to", "2026-09-15"];
  const run = await spawnCli(["evidence", ...range, "--warehouse", warehouse, "--output", output, ...more], { env })
    .ended;
  expect(run.stderr).toContain("wrote ");
  return readFileSync(output);
}

beforeAll(async () => {
  const isDigest = (key: string): boolean => key.includes("CloudTrail-Digest");
  const late = (key: string): boolean => isDigest(key) || /_Log\d*[02468]\./.test(key);
  const first = await ingest("first", [() => true], 1);
  const second = await ingest("second", [(key) => !late(key), () => true], 3);
  const third = await ingest("third", [late, () => true], 2);
  packs.push(await pack(first, { TZ: "UTC", LANG: "C" }, "--as-of", asOf));
  packs.push(await pack(second, { TZ: "Asia/Kolkata", LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8" }, "--as-of", asOf));
  packs.push(await pack(third, { TZ: "America/St_Johns", SOURCE_DATE_EPOCH: String(Date.parse(asOf) / 1000) }));
});

it("three warehouses of the same logs make one pack", () => {
  expect(new Set(packs.map(sha256)).size).toBe(1);
});

it("another time of the pack makes another one, and a wrong one is refused", async () => {
  const other = await pack(join(folder, "first.duckdb"), {}, "--as-of", "2026-09-21");
  expect(sha256(other)).not.toBe(sha256(packs[0] ?? ""));
  const args = [
    "evidence",
    "--boundary",
    "eu",
    "--from",
    "2026-09-14",
    "--to",
    "2026-09-15",
    "--output",
    join(folder, "no.zip"),
  ];
  const run = await runCli([...args, "--warehouse", join(folder, "first.duckdb")], { SOURCE_DATE_EPOCH: "yesterday" });
  expect(run.stderr).toContain("SOURCE_DATE_EPOCH is yesterday");
  expect(run.code).toBe(2);
});
