/** Reading ahead: a history goes on being read while what it gave is committed. */

/**
 * The items of `stream`, of which up to `depth` are made before they are asked for. A generator serves one request after the other, so they are
 * made one at a time. Whoever stops early must stop the stream's own work as well: nobody waits for it here.
 */
export async function* readAhead<T>(stream: AsyncGenerator<T>, depth: number): AsyncGenerator<T> {
  const pulls: Promise<IteratorResult<T, unknown>>[] = [];
  const pull = (): void => {
    const next = stream.next();
    // Its failure is seen when its turn comes.
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
