/** The reading of a list of files a little ahead of its user, who walks along it. */

/** A function that returns the file at an index, or undefined past the end. To be called in order; a few earlier files are kept. */
export function readAhead<F, T>(
  files: readonly F[],
  ahead: number,
  read: (file: F) => Promise<T>,
): (index: number) => Promise<T | undefined> {
  const started = new Map<number, Promise<T>>();
  let next = 0;
  return async (index) => {
    while (next < files.length && next <= index + ahead) {
      // An index below the length of a dense array.
      const pending = read(files[next] as F);
      // The failure is seen when it is asked for.
      pending.catch(() => undefined);
      started.set(next++, pending);
    }
    for (const place of started.keys()) if (place < index - 3) started.delete(place);
    return await started.get(index);
  };
}
