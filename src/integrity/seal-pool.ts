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

interface Task {
  readonly locators: readonly LogLocator[];
  readonly resolve: (seals: readonly (Seal | Unread)[]) => void;
  readonly reject: (error: Error) => void;
}

interface Place {
  readonly worker: Worker;
  /** Tasks that it was given and has not answered, by id. */
  readonly given: Map<number, Task>;
}

const filesInTask = 32;
/** Tasks of a thread: while one ends the next ones keep its connections busy. More would only take memory. */
const tasksOfThread = 3;
/** So few are read sooner than a thread has started. */
const filesWithoutThreads = 256;

export class SealPool {
  readonly #size: number;
  readonly #places: Place[] = [];
  /** Tasks that no thread was free for. */
  readonly #queue: Task[] = [];
  #nextId = 0;
  #seen = 0;
  #failure: Error | undefined;

  constructor(size: number = Math.max(1, Math.min(availableParallelism(), 8))) {
    this.#size = size;
  }

  /** Seals of log files whose locators are paths or S3 objects, in their order. */
  async read(files: readonly LogFile[]): Promise<readonly (Seal | Unread)[]> {
    if (files.length === 0) return [];
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
    await Promise.all(this.#places.map(({ worker }) => worker.terminate()));
  }

  #send(locators: readonly LogLocator[]): Promise<readonly (Seal | Unread)[]> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#queue.push({ locators, resolve, reject });
      this.#hand();
    });
  }

  /** Gives waiting tasks to the threads that have the fewest. */
  #hand(): void {
    while (this.#queue.length > 0) {
      const place = this.#freePlace();
      const task = place === undefined ? undefined : this.#queue.shift();
      if (place === undefined || task === undefined) return;
      const id = this.#nextId++;
      place.given.set(id, task);
      place.worker.postMessage({ id, locators: task.locators } satisfies ToSealWorker);
    }
  }

  #freePlace(): Place | undefined {
    if (this.#places.length < this.#size) return this.#start();
    const [idlest] = this.#places.toSorted((a, b) => a.given.size - b.given.size);
    return idlest === undefined || idlest.given.size >= tasksOfThread ? undefined : idlest;
  }

  #start(): Place {
    // The compiled file when installed, this file's sibling under a TypeScript loader in development.
    const name = import.meta.url.endsWith(".ts") ? "./seal-worker-dev.mjs" : "./seal-worker.js";
    const worker = new Worker(new URL(name, import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: 24 } });
    const place: Place = { worker, given: new Map() };
    worker.on("message", (answer: FromSealWorker) => this.#receive(place, answer));
    worker.on("error", (error) => this.#fail(error));
    this.#places.push(place);
    return place;
  }

  #receive({ given }: Place, { id, seals, failure }: FromSealWorker): void {
    const task = given.get(id);
    given.delete(id);
    this.#hand();
    if (failure === null) {
      task?.resolve(seals);
      return;
    }
    const { known, message } = failure;
    task?.reject(
      known === null
        ? new Error(message)
        : new SpillwayError(known.code, message, known.next === undefined ? {} : { next: known.next }),
    );
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    const waiting = [...this.#queue.splice(0), ...this.#places.flatMap(({ given }) => [...given.values()])];
    for (const { reject } of waiting) reject(error);
    for (const { given } of this.#places) given.clear();
  }
}
