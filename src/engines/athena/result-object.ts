/** The reading of one large object as a stream: after a broken connection it continues where it stopped. */
import type { Readable } from "node:stream";
import { type S3Access, bucketParams } from "../../aws/access.ts";
import { callService } from "../../aws/call.ts";
import { explainS3 } from "../../aws/s3/explain.ts";
import { TruncatedBody } from "../../aws/retry.ts";

/** Breaks in a row without a byte between them that end the attempt. */
const mostBreaks = 5;

/** The bytes of an object, never held as a whole. @throws SpillwayError in the words of the S3 source */
export async function* readObject(access: S3Access, key: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  let offset = 0;
  let etag: string | undefined;
  let total = Number.POSITIVE_INFINITY;
  for (let breaks = 0; offset < total;) {
    const from = offset;
    const part = await open(access, key, { offset, etag }, signal);
    etag ??= part.etag;
    total = offset + part.length;
    for await (const chunk of untilBroken(part.body, access.idleMs, signal)) {
      offset += chunk.length;
      yield chunk;
    }
    breaks = offset > from ? 0 : breaks + 1;
    if (breaks === mostBreaks) throw new TruncatedBody(`the connection broke off after ${offset} of ${total} bytes`);
  }
}

/** The chunks until the body ends, breaks or falls silent; the caller counts bytes to tell which. */
async function* untilBroken(body: Readable, idleMs: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const stop = (): void => void body.destroy();
  signal?.addEventListener("abort", stop, { once: true });
  // A Readable of the SDK gives bytes.
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  try {
    for (;;) {
      const silence = setTimeout(stop, idleMs);
      const next = await chunks.next().catch(() => undefined);
      clearTimeout(silence);
      signal?.throwIfAborted();
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
  }
}

interface OpenObject {
  readonly body: Readable;
  readonly etag: string | undefined;
  readonly length: number;
}

async function open(
  access: S3Access,
  key: string,
  { offset, etag }: { readonly offset: number; readonly etag: string | undefined },
  signal: AbortSignal | undefined,
): Promise<OpenObject> {
  const input = {
    ...bucketParams(access),
    Key: key,
    ...(offset === 0 ? {} : { Range: `bytes=${offset}-` }),
    // A new object under the same key would continue with other bytes.
    ...(etag === undefined ? {} : { IfMatch: etag }),
  };
  try {
    const answer = await callService(
      "s3",
      access,
      ({ sdk, client }, options) => client.send(new sdk.GetObjectCommand(input), options),
      signal,
    );
    // In Node the SDK hands out the response itself.
    return { body: answer.Body as Readable, etag: answer.ETag, length: answer.ContentLength ?? 0 };
  } catch (thrown) {
    throw signal?.aborted === true ? thrown : explainS3(thrown, { action: "get", access, path: key });
  }
}
