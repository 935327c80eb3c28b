/** The worker threads: their start, tasks, messages and end. */
import { Worker } from "node:worker_threads";
import { SpillwayError } from "../errors.ts";
import type { TrailObject } from "./listing/source.ts";
import type { FromWorker, ToWorker, WorkerSetup } from "./worker-protocol.ts";

/** Tasks of a worker at once: one in work and one waiting, which avoids idling between two. */
const tasksAhead = 2;

/** Half of V8's own choice: records live too briefly to need more. */
const maxYoungGenerationSizeMb = 24;

/** The time that workers have after a stop to finish what they read; a store that hangs would take longer. */
const graceMs = 3000;

interface Member {
  readonly worker: Worker;
  tasks: number;
}

export type Staged = Extract<FromWorker, { type: "staged" }>;
export type ReadNotice = Extract<FromWorker, { type: "read" }>;

export class WorkerPool {
  readonly #members: Member[];
  readonly #staged: Staged[] = [];
  #failure: Error | undefined;
  readonly #outOfReach = new Map<number, SpillwayError>();
  #flushing = 0;
  #hasAbandoned = false;
  readonly #signal: AbortSignal | undefined;
  #wake: (() => void) | undefined;
  readonly #onRead: (notice: ReadNotice) => void;

  constructor(
    setup: Omit<WorkerSetup, "workerNumber">,
    size: number,
    onRead: (notice: ReadNotice) => void,
    signal?: AbortSignal,
  ) {
    this.#onRead = onRead;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#notify, { once: true });
    // The compiled file when installed, this file's sibling under a TypeScript loader in development.
    const module = new URL(import.meta.url.endsWith(".ts") ? "./worker-dev.mjs" : "./worker.js", import.meta.url);
    this.#members = Array.from({ length: size }, (_, workerNumber) => {
      const worker = new Worker(module, {
        workerData: { ...setup, workerNumber } satisfies WorkerSetup,
        resourceLimits: { maxYoungGenerationSizeMb },
      });
      const member: Member = { worker, tasks: 0 };
      worker.on("message", (message: FromWorker) => this.#receive(member, message));
      worker.on("error", (error) => this.#fail(error));
      return member;
    });
  }

  /** Why a source is out of reach, if so. What was read of it before is still staged. */
  outOfReach(source: number): SpillwayError | undefined {
    return this.#outOfReach.get(source);
  }

  /** Whether objects that were handed out were given up at a stop. */
  get hasAbandoned(): boolean {
    return this.#hasAbandoned;
  }

  /** Hands out objects of one source; resolves as soon as a worker took them, or with false if none did after a stop. */
  async read(source: number, objects: readonly TrailObject[]): Promise<boolean> {
    for (;;) {
      this.#throwFailure();
      if (this.#signal?.aborted === true) return false;
      const free = this.#members.filter((member) => member.tasks < tasksAhead).toSorted((a, b) => a.tasks - b.tasks)[0];
      if (free !== undefined) {
        free.tasks++;
        this.#post(free, { type: "read", source, objects });
        return true;
      }
      await this.#change();
    }
  }

  /** Allows staging: the stage folder exists. */
  ready(): void {
    for (const member of this.#members) this.#post(member, { type: "ready" });
  }

  /** The staged results not yet taken. */
  take(): Staged[] {
    this.#throwFailure();
    return this.#staged.splice(0);
  }

  /** Makes every worker stage what it holds and waits for all; after a stop, only for a while. */
  async flush(): Promise<Staged[]> {
    this.#flushing = this.#members.length;
    for (const member of this.#members) this.#post(member, { type: "flush" });
    const grace = new Grace(this.#signal, this.#notify);
    try {
      while (this.#flushing > 0 && !grace.isOver) {
        this.#throwFailure();
        await this.#change();
      }
    } finally {
      grace.end();
    }
    if (this.#flushing > 0) this.#hasAbandoned = true;
    return this.take();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal?.removeEventListener("abort", this.#notify);
    await Promise.all(this.#members.map(({ worker }) => worker.terminate()));
  }

  #post(member: Member, message: ToWorker): void {
    member.worker.postMessage(message);
  }

  #receive(member: Member, message: FromWorker): void {
    if (message.type === "failed") {
      const failure = workerFailure(message);
      if (failure instanceof SpillwayError && message.known !== undefined && message.source !== undefined) {
        member.tasks--;
        if (!this.#outOfReach.has(message.source)) this.#outOfReach.set(message.source, failure);
        this.#notify();
      } else this.#fail(failure);
      return;
    }
    if (message.type === "read") {
      member.tasks--;
      this.#onRead(message);
    } else {
      this.#staged.push(message);
      if (message.flushed) this.#flushing--;
    }
    this.#notify();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#notify();
  }

  readonly #notify = (): void => {
    this.#wake?.();
    this.#wake = undefined;
  };

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** The time that work on its way has after a stop. */
class Grace {
  isOver = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #begin: () => void;

  constructor(signal: AbortSignal | undefined, onOver: () => void) {
    this.#signal = signal;
    this.#begin = () => {
      this.#timer = setTimeout(() => {
        this.isOver = true;
        onOver();
      }, graceMs);
    };
    if (signal?.aborted === true) this.#begin();
    else signal?.addEventListener("abort", this.#begin, { once: true });
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#begin);
  }
}

function workerFailure({ message, code, known }: Extract<FromWorker, { type: "failed" }>): Error {
  if (known !== undefined)
    return new SpillwayError(known.code, message, known.next === undefined ? {} : { next: known.next });
  if (code !== "ENOSPC") return new Error(message);
  return new SpillwayError("disk-full", `no space left while staging events: ${message}`, {
    next: "Free some space where the warehouse lies and run the same command again; nothing committed is lost.",
  });
}
