/** What the S3 tests share: a server with a made-up trail, and short waits. */
import { type S3ServerOptions, S3Server } from "./s3-server.ts";
import { dayOf } from "../../src/day.ts";
import type { S3SourceOptions } from "../../src/ingest/sources/s3/options.ts";
import { type ObjectSource, type SourceMemory, type TrailObject, noMemory } from "../../src/ingest/listing/source.ts";

export const now = (): Date => new Date("2026-09-14T12:00:00Z");

/** Credentials for the default chain, as a user's environment has them. */
export function useTestCredentials(): void {
  process.env["AWS_ACCESS_KEY_ID"] = "AKTEST";
  process.env["AWS_SECRET_ACCESS_KEY"] = "secret";
  process.env["AWS_EC2_METADATA_DISABLED"] = "true";
  process.env["AWS_CONFIG_FILE"] = "/nonexistent/config";
  process.env["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent/credentials";
  for (const name of [
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
  ]) {
    delete process.env[name];
  }
}

export function startServer(options: S3ServerOptions = {}): Promise<S3Server> {
  return S3Server.start(options);
}

export function optionsFor(server: S3Server, more: S3SourceOptions = {}): S3SourceOptions {
  return { endpoint: server.endpoint, now, retry: { attempts: 8, baseMs: 1, capMs: 5 }, idleMs: 1000, ...more };
}

export interface KeyParts {
  readonly prefix?: string;
  readonly organization?: string;
  readonly account?: string;
  readonly service?: string;
  readonly region?: string;
  readonly day: string;
  readonly name?: string;
}

export function trailKey(parts: KeyParts): string {
  const {
    prefix = "",
    organization,
    account = "111122223333",
    service = "CloudTrail",
    region = "eu-west-1",
    day,
    name = "a",
  } = parts;
  const folder = organization === undefined ? "" : `${organization}/`;
  const date = day.replaceAll("-", "/");
  const stamp = day.replaceAll("-", "");
  return `${prefix}AWSLogs/${folder}${account}/${service}/${region}/${date}/${account}_${service}_${region}_${stamp}T0800Z_${name}.json.gz`;
}

/** What runs before left: complete listings on these days, of the folder of `trailKey`. */
export function remembers(lastComplete: Date, lastDeep: Date): SourceMemory {
  const mark = (time: Date): string => JSON.stringify({ day: dayOf(time), reached: dayOf(time) });
  return {
    read: () =>
      Promise.resolve(
        new Map([
          ["last-complete", mark(lastComplete)],
          ["last-deep", mark(lastDeep)],
          ["folder:AWSLogs/111122223333/CloudTrail/eu-west-1/", JSON.stringify(dayOf(lastDeep))],
        ]),
      ),
  };
}

export async function listAll(source: ObjectSource, memory: SourceMemory = noMemory): Promise<readonly TrailObject[]> {
  const objects: TrailObject[] = [];
  for await (const chunk of source.list(memory)) objects.push(...chunk.objects);
  return objects.toSorted((a, b) => (a.uri < b.uri ? -1 : 1));
}

export async function listKeys(server: S3Server, source: ObjectSource): Promise<readonly string[]> {
  return (await listAll(source)).map(({ uri }) => uri.slice(`s3://${server.bucket}/`.length));
}
