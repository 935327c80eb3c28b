/** The pack that tests check and damage: a verified trail with calls inside and outside the boundary, read from a local S3. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { sha256 } from "./forge.ts";
import { MadeTrail, begin, hour } from "../integrity/made-trail.ts";
import { type CliRun, runCli } from "../support/run-cli.ts";
import { PublicKeysServer } from "../support/public-keys-server.ts";
import { S3Server } from "../support/s3-server.ts";
import { bedrockRecord } from "../support/trail-files.ts";

export const session = "erika.mustermann@example.com";

export interface TrailOptions {
  readonly bucket?: string;
  /** Regions that serve, in turn. */
  readonly served?: readonly string[];
}

/** Twelve calls in four hours of 2026-09-14, each in a log file of its own. */
export function trailWithCalls({
  bucket = "test-trail",
  served = ["eu-north-1", "us-east-1", "eu-west-1"],
}: TrailOptions = {}): MadeTrail {
  return new MadeTrail({
    bucket,
    hours: 4,
    region: "eu-central-1",
    content: (_, index) => {
      const n = Math.floor(index / 10_000) * 3 + (index % 10_000);
      const record = bedrockRecord(n, {
        eventTime: new Date(begin + n * 60_000).toISOString().replace(/\.\d+Z/, "Z"),
        userIdentity: {
          type: "AssumedRole",
          accountId: "111122223333",
          arn: `arn:aws:sts::111122223333:assumed-role/app/${session}`,
        },
        // the second has a user agent that a spreadsheet would run
        userAgent: n === 1 ? '=HYPERLINK("https://example.org"),\n"x"' : "aws-sdk-js",
        additionalEventData: { inferenceRegion: served[n % served.length] },
      });
      return JSON.stringify({ Records: [record] });
    },
  });
}

/** Reads the trail into the warehouse with its digests checked. */
export async function ingestVerified(trail: MadeTrail, warehouse: string): Promise<CliRun> {
  await using s3 = await S3Server.start({ bucket: "test-trail", region: "us-east-1" });
  await using cloudtrail = await PublicKeysServer.start();
  for (const [key, { body, metadata }] of trail.objects) {
    s3.objects.set(key, { body, metadata, etag: sha256(body).slice(0, 32), versionId: `version-${s3.objects.size}` });
  }
  const { region, key } = trail.chain;
  cloudtrail.keys.set(region, [{ key, from: begin - 100 * hour, to: begin + 100 * hour }]);
  const endpoints = ["--s3-endpoint", s3.endpoint, "--cloudtrail-endpoint", cloudtrail.endpoint];
  const args = ["ingest", "s3://test-trail", "--verify", "--warehouse", warehouse, ...endpoints];
  return await runCli(args, {}, new Date(trail.end + 10 * 60_000).toISOString());
}

export async function evidence(warehouse: string, output: string, ...more: readonly string[]): Promise<CliRun> {
  const range = ["--from", "2026-09-14", "--to", "2026-09-15"];
  return await runCli([
    "evidence",
    "--boundary",
    "eu",
    ...range,
    "--warehouse",
    warehouse,
    "--output",
    output,
    ...more,
  ]);
}

export interface Checked {
  readonly code: number | null;
  readonly lines: readonly string[];
}

/** The pack's own verifier, isolated from whatever Python packages are there. */
export function runVerifier(pack: string): Checked {
  const { status, stdout, stderr } = spawnSync("python3", ["-I", join(pack, "verify.py")], { encoding: "utf8" });
  return { code: status, lines: `${stdout}${stderr}`.trimEnd().split("\n") };
}
