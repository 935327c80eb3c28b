/** The fetching of a locator's bytes by a worker, and how far it runs ahead of the parser. */
import { readFileSync } from "node:fs";
import type { Locator } from "./listing/source.ts";

/** Bytes with the version that a versioned bucket gave them. */
export interface StoredBytes {
  readonly bytes: Uint8Array;
  readonly versionId: string | null;
}

/** The bytes behind a locator, with their version. */
export function fetchStored(locator: Locator): StoredBytes | Promise<StoredBytes> {
  if (locator.kind === "s3") return import("../aws/s3/fetch-object.ts").then((s3) => s3.fetchStored(locator));
  const bytes = fetchBytes(locator);
  return bytes instanceof Promise
    ? bytes.then((read) => ({ bytes: read, versionId: null }))
    : { bytes, versionId: null };
}

/** The bytes behind a locator: of files and of bytes at hand without a promise, of anything else over the network. */
export function fetchBytes(locator: Locator): Uint8Array | Promise<Uint8Array> {
  if (locator.kind === "file") return readFileSync(locator.path);
  if (locator.kind === "bytes") return locator.bytes;
  if (locator.kind === "source") throw new Error("an object that its source extracts has no bytes");
  // The SDK loads slowly: a run over folders does without it.
  return import("../aws/s3/fetch-object.ts").then(({ fetchObject }) => fetchObject(locator));
}

/** Bytes on their way; `done` frees their space in the window. */
export interface PendingBytes<T = Uint8Array> {
  readonly bytes: Promise<T>;
  readonly done: () => void;
}

/**
 * A bound on the objects in flight or waiting for the parser, by number and by bytes. They enter in the order
 * of asking and have to be finished in that order: the oldest is always inside, and nothing waits for ever.
 */
export class FetchWindow {
  readonly #maxObjects: number;
  readonly #maxBytes: number;
  readonly #waiting: { readonly size: number; readonly enter: () => void }[] = [];
  #objects = 0;
  #bytes = 0;

  constructor(maxObjects: number, maxBytes: number) {
    this.#maxObjects = maxObjects;
    this.#maxBytes = maxBytes;
  }

  /** Starts `fetch` as soon as `size` bytes fit; an object larger than the window is fetched alone. */
  start<T>(size: number, fetch: () => T | Promise<T>): PendingBytes<T> {
    const entered = new Promise<void>((enter) => this.#waiting.push({ size, enter }));
    const bytes = entered.then(fetch);
    // The failure is seen by the one who takes the bytes; until then it must not count as unhandled.
    bytes.catch(() => undefined);
    this.#admit();
    return {
      bytes,
      done: () => {
        this.#objects--;
        this.#bytes -= size;
        this.#admit();
      },
    };
  }

  #admit(): void {
    for (let first = this.#waiting[0]; first !== undefined && this.#fits(first.size); first = this.#waiting[0]) {
      this.#waiting.shift();
      this.#objects++;
      this.#bytes += first.size;
      first.enter();
    }
  }

  #fits(size: number): boolean {
    return this.#objects === 0 || (this.#objects < this.#maxObjects && this.#bytes + size <= this.#maxBytes);
  }
}
