/** Owns the role of a source: something that lists trail objects. Workers fetch the bytes through the locator. */
import type { S3Locator } from "./s3/access.ts";

/** How a worker gets the bytes of an object; plain data, because it travels between threads. */
export type Locator = { readonly kind: "file"; readonly path: string } | S3Locator;

/** One log file of a trail as a source lists it. */
export interface TrailObject {
  /** `file:///...` or `s3://bucket/key`. */
  readonly uri: string;
  /** Version of the object: the S3 ETag, or size and modification time of a file. */
  readonly etag: string;
  readonly size: number;
  readonly accountId: string | null;
  readonly region: string | null;
  /** Delivery day, YYYY-MM-DD, UTC. */
  readonly day: string | null;
  /** Why this is no log file to be read, null if it is one. */
  readonly skip: string | null;
  readonly locator: Locator;
}

/** Lists in chunks, so that a bucket with millions of keys never stands in memory as a whole. */
export interface ObjectSource {
  /** As the user named it, for messages and the run table. */
  readonly name: string;
  list(): AsyncIterable<readonly TrailObject[]>;
}
