/** The worker threads that hash log files: hands out pieces of work, takes the seals back, ends them. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type ErrorCode, SpillwayError } from "../errors.ts";
import type { Seal } from "../parse/seal.ts";
import type { LogFile, Unread } from "./archive.ts";
import { mapAtOnce } from "./map-at-once.ts";
import { type LogLocator, readSeal, readsAtOnce } from "./read-seal.ts";

export interface ToSealWorker {
  readonly id: number;
  readonly locators: readonly LogLocator[];
}

export interface FromSealWorker {
  readonly id: number;
  readonly seals: readonly (Seal | Unread)[];
  readonly failure: {
    readonly message: string;
    /** Of a SpillwayError: errors lose their class between threads. */
    readonly known: { readonly code: ErrorCode; readonly next: string | undefined } | null;
  } | null;
}

interface Waiting {
  readonly resolve: (seals: readonly (Seal | Unread)[]) => void;
  readonly reject: (error: Error) => void;
}

const filesInTask = 64;
/** So few are read sooner than a thread has started. */
const filesWithoutThreads = 256;

export class SealPool {
  readonly #size: number;
  readonly #workers: Worker[] = [];
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;
  #seen = 0;
  #failure: Error | undefined;

  constructor(size: number = Math.max(1, Math.min(availableParallelism(), 8))) {
    this.#size = size;
  }

  /** Seals of log files whose locators are paths or S3 objects, in their order. */
  async read(files: readonly LogFile[]): Promise<readonly (Seal | Unread)[]> {
    this.#seen += files.length;
    if (this.#seen <= filesWithoutThreads)
      return await mapAtOnce(files, readsAtOnce, ({ locator }) => readSeal(locator as LogLocator));
    const tasks: Promise<readonly (Seal | Unread)[]>[] = [];
    for (let start = 0; start < files.length; start += filesInTask) {
      // Archives of this folder make no others.
      const locators = files.slice(start, start + filesInTask).map(({ locator }) => locator as LogLocator);
      tasks.push(this.#send(locators));
    }
    return (await Promise.all(tasks)).flat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #send(locators: readonly LogLocator[]): Promise<readonly (Seal | Unread)[]> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker(id).postMessage({ id, locators } satisfies ToSealWorker);
    });
  }

  #worker(id: number): Worker {
    const place = id % this.#size;
    const known = this.#workers[place];
    if (known !== undefined) return known;
    // The compiled file when installed, this file's sibling under a TypeScript loader in development.
    const name = import.meta.url.endsWith(".ts") ? "./seal-worker-dev.mjs" : "./seal-worker.js";
    const worker = new Worker(new URL(name, import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: 24 } });
    worker.on("message", (answer: FromSealWorker) => this.#receive(answer));
    worker.on("error", (error) => this.#fail(error));
    this.#workers.push(worker);
    return worker;
  }

  #receive({ id, seals, failure }: FromSealWorker): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (failure === null) {
      waiting?.resolve(seals);
      return;
    }
    const { known, message } = failure;
    waiting?.reject(
      known === null
        ? new Error(message)
        : new SpillwayError(known.code, message, known.next === undefined ? {} : { next: known.next }),
    );
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
