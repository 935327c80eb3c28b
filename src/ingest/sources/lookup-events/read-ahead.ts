/** Reading ahead: a history is read on while what it gave is committed. */

/**
 * The items of `stream`, up to `depth` of them produced in advance. A generator serves one request after the other, so they are
 * produced one at a time. A caller that stops early also has to stop the stream's work: nothing here waits for it.
 */
export async function* readAhead<T>(stream: AsyncGenerator<T>, depth: number): AsyncGenerator<T> {
  const pulls: Promise<IteratorResult<T, unknown>>[] = [];
  const pull = (): void => {
    const next = stream.next();
    // A failure shows when its turn comes.
    next.catch(() => undefined);
    pulls.push(next);
  };
  try {
    for (let n = 0; n < depth; n++) pull();
    for (let next = pulls.shift(); next !== undefined; next = pulls.shift()) {
      pull();
      const result = await next;
      if (result.done === true) return;
      yield result.value;
    }
  } finally {
    stream.return(undefined).catch(() => undefined);
  }
}
