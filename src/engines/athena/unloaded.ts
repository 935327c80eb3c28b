/** The objects that an UNLOAD leaves in S3: fetched into a folder, then removed. */
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type S3Access, bucketParams } from "../../aws/access.ts";
import { openBucket } from "../../aws/s3/bucket.ts";
import { callService } from "../../aws/call.ts";
import { explainS3 } from "../../aws/s3/explain.ts";
import { readObject } from "./result-object.ts";

export interface FetchedFiles {
  readonly files: readonly string[];
  readonly bytes: number;
}

/** Fetches every object below `prefix` as a file of the folder, whose names begin with `name`. */
export async function fetchUnloaded(
  access: S3Access,
  prefix: string,
  folder: string,
  name: string,
  signal?: AbortSignal,
): Promise<FetchedFiles> {
  const files: string[] = [];
  let bytes = 0;
  for (const { key, size } of await keysBelow(access, prefix, signal)) {
    // Athena leaves an empty object where a writer had no row
    if (size === 0) continue;
    const file = join(folder, `${name}-${files.length}.parquet`);
    await pipeline(Readable.from(readObject(access, key, signal)), createWriteStream(file));
    files.push(file);
    bytes += size ?? 0;
  }
  return { files, bytes };
}

/** Removes every object below `prefix`. */
export async function removeUnloaded(access: S3Access, prefix: string): Promise<void> {
  for (const { key } of await keysBelow(access, prefix)) {
    try {
      await callService("s3", access, ({ sdk, client }) =>
        client.send(new sdk.DeleteObjectCommand({ ...bucketParams(access), Key: key })),
      );
    } catch (thrown) {
      throw explainS3(thrown, { action: "get", access, path: key });
    }
  }
}

async function keysBelow(
  access: S3Access,
  prefix: string,
  signal?: AbortSignal,
): Promise<{ key: string; size: number | null }[]> {
  const found: { key: string; size: number | null }[] = [];
  for await (const page of openBucket(access, signal).keys({ prefix, startAfter: null, endBefore: null }))
    found.push(...page);
  return found;
}
