/** The fetching of one object, in a worker thread: the version that was listed, whole, or a reason why not. */
import { setTimeout as sleep } from "node:timers/promises";
import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";
import { SpillwayError, messageOf } from "../../errors.ts";
import { DeniedObject } from "./denied-object.ts";
import { type S3Locator, bucketParams } from "../access.ts";
import type { Connection } from "../connection.ts";

type S3Connection = Connection<"s3">;
import { type GetTemplate, type StoredObject, directGet, templateOf } from "./direct-get.ts";
import { explainS3 } from "./explain.ts";
import { withConnection } from "../call.ts";
import { TruncatedBody, delayOf, statusOf, withRetry } from "../retry.ts";

/** Failures that the next object would meet as well: the run stops, cleanly, and can be resumed. */
const fatalCodes: readonly string[] = ["credentials", "source-not-found", "source-unreachable"];

/** The template of a GET for each connection. */
const templates = new WeakMap<S3Connection, GetTemplate>();

/**
 * @throws SpillwayError when the whole source is out of reach (expired credentials, no such bucket, no network)
 * @throws Error with a reason for the quarantine when only this object is
 */
export async function fetchStored(locator: S3Locator): Promise<StoredObject> {
  const { access } = locator;
  try {
    return await withConnection("s3", access, async (connection) => {
      const direct = await tryDirect(connection, locator);
      if (typeof direct === "object") return direct;
      // The store asked for patience: wait before the SDK's request.
      if (direct >= 500) await sleep(delayOf(0, access.retry, Math.random));
      return await getBySdk(connection, locator);
    });
  } catch (thrown) {
    throw failure(thrown, locator);
  }
}

/** Its bytes alone. @throws as `fetchStored` */
export async function fetchObject(locator: S3Locator): Promise<Uint8Array> {
  return (await fetchStored(locator)).bytes;
}

/** An object with what S3 keeps beside it: names in lower case, without `x-amz-meta-`. */
export interface ObjectWithMetadata extends StoredObject {
  readonly metadata: Readonly<Record<string, string>>;
}

/** As `fetchObject`, with the metadata that a user of the bucket stored. */
export async function fetchWithMetadata(locator: S3Locator): Promise<ObjectWithMetadata> {
  try {
    return await withConnection("s3", locator.access, (connection) => getBySdk(connection, locator));
  } catch (thrown) {
    throw failure(thrown, locator);
  }
}

async function getBySdk(connection: S3Connection, { access, key, etag, size }: S3Locator): Promise<ObjectWithMetadata> {
  return await withRetry(access.retry, async () => {
    const { sdk, client } = connection;
    const command = new sdk.GetObjectCommand({
      ...bucketParams(access),
      Key: key,
      // A version other than the listed one is an error, and never read under the old ETag.
      ...(etag === "" ? {} : { IfMatch: `"${etag}"` }),
    });
    if (!templates.has(connection)) {
      command.middlewareStack.add(
        (next) => (args) => {
          const template = templateOf(args.request, key);
          if (template !== undefined) templates.set(connection, template);
          return next(args);
        },
        { step: "deserialize", priority: "low" },
      );
    }
    const answer = await client.send(command);
    const { VersionId: versionId = null, Metadata: metadata = {} } = answer;
    return { bytes: await readBody(answer, size, access.idleMs), versionId, metadata };
  });
}

/** The object, or the status of the answer if it was anything else; 0 if there was none. */
async function tryDirect(connection: S3Connection, locator: S3Locator): Promise<StoredObject | number> {
  const { client, agents } = connection;
  const template = templates.get(connection);
  const { key, etag, size, access } = locator;
  if (template === undefined || etag === "" || size === null) return 0;
  const keys = await client.config.credentials();
  const now = new Date(Date.now() + client.config.systemClockOffset);
  const agent = template.isTls ? agents.https : agents.http;
  return await directGet(template, { key, etag, size, agent, idleMs: access.idleMs, keys, now });
}

/** The body, which has to reach both the listed and the announced length, where the store gives them. */
async function readBody(answer: GetObjectCommandOutput, listed: number | null, idleMs: number): Promise<Uint8Array> {
  const { Body, ContentLength } = answer;
  if (Body === undefined) throw new TruncatedBody("the answer has no body");
  // In Node the SDK hands out the response itself, a Readable.
  const stream = Body as AsyncIterable<Uint8Array> & { destroy(error?: Error): void };
  const expected = ContentLength ?? listed;
  const chunks: Uint8Array[] = [];
  let length = 0;
  let seen = -1;
  const of = expected === null ? "" : ` of ${expected}`;
  const watch = setInterval(() => {
    if (length === seen) stream.destroy(new TruncatedBody(`no byte for ${idleMs} ms after ${length}${of}`));
    seen = length;
  }, idleMs);
  try {
    for await (const chunk of stream) {
      length += chunk.length;
      if (expected !== null && length > expected) throw new TruncatedBody(`more than the ${expected} bytes announced`);
      chunks.push(chunk);
    }
  } catch (thrown) {
    throw thrown instanceof TruncatedBody
      ? thrown
      : new TruncatedBody(`${messageOf(thrown)} after ${length}${of} bytes`);
  } finally {
    clearInterval(watch);
  }
  if (expected !== null && length !== expected) throw new TruncatedBody(`${length}${of} bytes arrived`);
  if (listed !== null && length !== listed) throw new Error(`has ${length} bytes, but was listed with ${listed}`);
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length);
}

function failure(thrown: unknown, locator: S3Locator): unknown {
  const name = thrown instanceof Error ? thrown.name : "";
  const status = statusOf(thrown);
  if (name === "PreconditionFailed" || status === 412) {
    return new Error("replaced after it was listed; the next run reads the new version", { cause: thrown });
  }
  if (name === "NoSuchKey") return new Error("deleted after it was listed", { cause: thrown });
  if (name === "InvalidObjectState") {
    return new Error("archived (Glacier): restore it first, then run again", { cause: thrown });
  }
  const explained = explainS3(thrown, { action: "get", access: locator.access, path: locator.key });
  if (!(explained instanceof SpillwayError)) return explained;
  if (fatalCodes.includes(explained.code) && !keepsFailing(thrown)) return explained;
  const reason = explained.next === undefined ? explained.message : `${explained.message}. ${explained.next}`;
  return explained.code === "source-denied"
    ? new DeniedObject(reason, { cause: thrown })
    : new Error(reason, { cause: thrown });
}

/** Whether a 5xx or time-out outlasted all retries: the object waits for the next run, the others go on. */
function keepsFailing(thrown: unknown): boolean {
  const status = statusOf(thrown);
  return (status !== undefined && status >= 500) || (thrown instanceof Error && thrown.name === "TimeoutError");
}
