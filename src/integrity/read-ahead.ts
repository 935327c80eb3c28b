/** Reading a list of files a little ahead of whoever walks along it, and forgetting what is behind. */

/** `read(index)`: the file at that place, undefined past the end. Ask in order; a few places back are still there. */
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
      // Whoever asks for it sees the failure.
      pending.catch(() => undefined);
      started.set(next++, pending);
    }
    for (const place of started.keys()) if (place < index - 3) started.delete(place);
    return await started.get(index);
  };
}
