/** Streams that run in parallel and are read one after the other: their output does not depend on which is faster. */

/** Items that a stream may be ahead of its reader. */
const itemsAhead = 256;

/** The items of the streams, stream by stream in order, with at most `limit` at work at once. The first failure ends all. */
export async function* inOrder<T>(
  streams: readonly (() => AsyncGenerator<T>)[],
  limit: number,
): AsyncGenerator<T, void, undefined> {
  const running: Runner<T>[] = [];
  let next = 0;
  try {
    for (;;) {
      while (running.filter((runner) => !runner.isDone).length < limit && running.length < 4 * limit) {
        const start = streams[next++];
        if (start === undefined) break;
        running.push(new Runner(start()));
      }
      const head = running[0];
      if (head === undefined) return;
      const item = await head.take();
      if (item === undefined) running.shift();
      else yield item.value;
    }
  } finally {
    await Promise.all(running.map((runner) => runner.stop()));
  }
}

class Runner<T> {
  isDone = false;
  readonly #items: T[] = [];
  readonly #stream: AsyncGenerator<T>;
  #failure: { readonly thrown: unknown } | undefined;
  #wake: (() => void) | undefined;
  #stopped = false;
  readonly #work: Promise<void>;

  constructor(stream: AsyncGenerator<T>) {
    this.#stream = stream;
    this.#work = this.#run();
  }

  async take(): Promise<{ readonly value: T } | undefined> {
    while (this.#items.length === 0) {
      if (this.#failure !== undefined) throw this.#failure.thrown;
      if (this.isDone) return undefined;
      await this.#change();
    }
    // The list is not empty.
    const value = this.#items.shift() as T;
    this.#notify();
    return { value };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#notify();
    await this.#work;
  }

  async #run(): Promise<void> {
    try {
      for await (const item of this.#stream) {
        if (this.#stopped) return;
        this.#items.push(item);
        this.#notify();
        while (this.#items.length >= itemsAhead && !this.#stopped) await this.#change();
      }
    } catch (thrown) {
      this.#failure = { thrown };
    } finally {
      this.isDone = true;
      this.#notify();
    }
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      // Reader and writer never wait at the same time: there are items for the one or space for the other.
      this.#wake = resolve;
    });
  }
}
