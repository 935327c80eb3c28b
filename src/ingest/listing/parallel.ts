/** Bounded parallel work with back-pressure: nothing is produced before the consumer takes it. */

/** The results of `work` on all items, in their order, with at most `limit` at once. The first failure ends it. */
export async function mapParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length && !failed; index = next++) {
      // An index below the length of a dense array.
      results[index] = await work(items[index] as T);
    }
  };
  const workers = Array.from({ length: Math.min(limit, items.length) }, worker);
  try {
    await Promise.all(workers);
  } catch (thrown) {
    failed = true;
    await Promise.allSettled(workers);
    throw thrown;
  }
  return results;
}

interface Pull<T> {
  readonly index: number;
  readonly result: IteratorResult<T, unknown>;
}

/** The items of all streams, with at most `limit` open at once, each at most one item ahead of the consumer. */
export async function* mergeParallel<T>(
  streams: readonly (() => AsyncGenerator<T>)[],
  limit: number,
): AsyncGenerator<T> {
  const open = new Map<number, AsyncGenerator<T>>();
  const pulls = new Map<number, Promise<Pull<T>>>();
  let next = 0;
  const pull = (index: number, stream: AsyncGenerator<T>): void => {
    const pending = stream.next().then((result) => ({ index, result }));
    // The race below sees its failure, even if another one is first.
    pending.catch(() => undefined);
    pulls.set(index, pending);
  };
  const openNext = (): void => {
    const start = streams[next];
    if (start === undefined) return;
    const index = next++;
    const stream = start();
    open.set(index, stream);
    pull(index, stream);
  };
  try {
    while (open.size < limit && next < streams.length) openNext();
    while (pulls.size > 0) {
      const { index, result } = await Promise.race(pulls.values());
      const stream = open.get(index);
      pulls.delete(index);
      if (result.done === true || stream === undefined) {
        open.delete(index);
        openNext();
        continue;
      }
      pull(index, stream);
      yield result.value;
    }
  } finally {
    await Promise.allSettled([...open.values()].map((stream) => stream.return(undefined)));
  }
}
