/** How a worker gets the bytes behind a locator, and how much it fetches ahead of its parser. */
import { readFileSync } from "node:fs";
import type { Locator } from "./listing/source.ts";

/** Bytes with the version that a versioned bucket gave them. */
export interface StoredBytes {
  readonly bytes: Uint8Array;
  readonly versionId: string | null;
}

/** As `fetchBytes`, with the version. */
export function fetchStored(locator: Locator): StoredBytes | Promise<StoredBytes> {
  if (locator.kind === "s3") return import("../aws/s3/fetch-object.ts").then((s3) => s3.fetchStored(locator));
  const bytes = fetchBytes(locator);
  return bytes instanceof Promise
    ? bytes.then((read) => ({ bytes: read, versionId: null }))
    : { bytes, versionId: null };
}

/** Files and what is there already at once, without a promise; everything else over the network. */
export function fetchBytes(locator: Locator): Uint8Array | Promise<Uint8Array> {
  if (locator.kind === "file") return readFileSync(locator.path);
  if (locator.kind === "bytes") return locator.bytes;
  if (locator.kind === "source") throw new Error("an object that its source extracts has no bytes");
  // The SDK starts slowly: a run over folders never loads it.
  return import("../aws/s3/fetch-object.ts").then(({ fetchObject }) => fetchObject(locator));
}

/** Bytes that are on their way. `done` makes room for the next ones. */
export interface PendingBytes<T = Uint8Array> {
  readonly bytes: Promise<T>;
  readonly done: () => void;
}

/**
 * Bounds the objects that are in flight or wait for the parser, by number and by bytes. They are let in in the order
 * of asking and must be done in that order too: then the oldest is always inside, and nobody waits for ever.
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

  /** Starts `fetch` as soon as there is room for `size` bytes; an object larger than the window goes alone. */
  start<T>(size: number, fetch: () => T | Promise<T>): PendingBytes<T> {
    const entered = new Promise<void>((enter) => this.#waiting.push({ size, enter }));
    const bytes = entered.then(fetch);
    // Whoever takes the bytes sees the failure; until then it is not unhandled.
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
