/** Owns a worker thread that fetches log files and hashes them. */
import { readFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { S3Locator } from "../aws/access.ts";
import { SpillwayError, messageOf, systemCode } from "../errors.ts";
import { type Seal, sealStored } from "../parse/seal.ts";
import type { Unread } from "./archive.ts";
import { mapAtOnce } from "./map-at-once.ts";
import type { FromSealWorker, LogLocator, ToSealWorker } from "./seal-pool.ts";
import { unreadOf } from "./unread.ts";

const port = parentPort;
if (port === null) throw new Error("this module runs as a worker thread");

/** Enough to hide the latency of a store. */
const inFlight = 48;

type FetchObject = (locator: S3Locator) => Promise<Uint8Array>;
let fetchObject: FetchObject | undefined;

/** The SDK starts slowly: a check of folders never loads it. */
async function bytesOf(locator: LogLocator): Promise<Uint8Array> {
  if (locator.kind === "file") return readFileSync(locator.path);
  fetchObject ??= (await import("../aws/s3/fetch-object.ts")).fetchObject;
  return await fetchObject(locator);
}

async function read(locator: LogLocator): Promise<Seal | Unread> {
  let bytes: Uint8Array;
  try {
    bytes = await bytesOf(locator);
  } catch (thrown) {
    // The whole archive is out of reach: no use in asking for every file of it.
    if (thrown instanceof SpillwayError) throw thrown;
    return unreadOf(thrown);
  }
  return sealStored(bytes);
}

async function handle({ id, locators }: ToSealWorker): Promise<FromSealWorker> {
  try {
    return { id, seals: await mapAtOnce(locators, inFlight, read), failure: null };
  } catch (thrown) {
    const known = thrown instanceof SpillwayError ? { code: thrown.code, next: thrown.next } : null;
    return { id, seals: [], failure: { message: messageOf(thrown), known, system: systemCode(thrown) ?? null } };
  }
}

port.on("message", (message: ToSealWorker) => {
  void handle(message).then((answer) => port.postMessage(answer));
});
