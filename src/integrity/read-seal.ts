/** The reading of one log file, from a disk or a bucket, and its seal. */
import { readFileSync } from "node:fs";
import type { S3Locator } from "../aws/access.ts";
import { SpillwayError } from "../errors.ts";
import { type Seal, sealStored } from "../parse/seal.ts";
import type { Unread } from "./archive.ts";
import { unreadOf } from "./unread.ts";

export type LogLocator = { readonly kind: "file"; readonly path: string } | S3Locator;

/** Reads of a thread at once: enough to hide the latency of a store. */
export const readsAtOnce = 48;

type FetchObject = (locator: S3Locator) => Promise<Uint8Array>;
let fetchObject: FetchObject | undefined;

/** The seal of a file. @throws SpillwayError when the whole archive is out of reach */
export async function readSeal(locator: LogLocator): Promise<Seal | Unread> {
  let bytes: Uint8Array;
  try {
    bytes = await bytesOf(locator);
  } catch (thrown) {
    if (thrown instanceof SpillwayError) throw thrown;
    return unreadOf(thrown);
  }
  return sealStored(bytes);
}

/** The bytes of a file; the SDK loads slowly, so a check of folders does without it. */
async function bytesOf(locator: LogLocator): Promise<Uint8Array> {
  if (locator.kind === "file") return readFileSync(locator.path);
  fetchObject ??= (await import("../aws/s3/fetch-object.ts")).fetchObject;
  return await fetchObject(locator);
}
