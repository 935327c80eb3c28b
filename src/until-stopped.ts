/** A stream that ends with the signal, whatever it waits for then: what hangs is left behind. */

/** @throws the signal's reason once it is aborted */
export async function* untilStopped<T>(pieces: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  const iterator = pieces[Symbol.asyncIterator]();
  for (;;) {
    const step = await (signal === undefined ? iterator.next() : nextOrStop(iterator, signal));
    if (step.done === true) return;
    yield step.value;
  }
}

function nextOrStop<T>(iterator: AsyncIterator<T>, signal: AbortSignal): Promise<IteratorResult<T>> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      // oxlint-disable-next-line prefer-promise-reject-errors -- the reason is the name of a signal, which main() looks at
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
    void iterator
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", stop));
  });
}
