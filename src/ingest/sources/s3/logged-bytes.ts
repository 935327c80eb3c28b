/** The size of some days' log files, by listing them: what Athena is going to read. */
import { setMaxListeners } from "node:events";
import { noMemory } from "../../listing/source.ts";
import type { S3SourceOptions } from "./options.ts";
import { s3Source } from "./source.ts";

/** CloudTrail's first day, November 2013: no log file is older. */
const firstDay = "2013-11-13";

export interface LoggedBytes {
  readonly files: number;
  /** The compressed size in the bucket, which is what Athena counts. */
  readonly bytes: number;
}

/**
 * Lists the days of `options`, or everything. Listing stops beyond `enough` bytes: the answer is then only a
 * lower bound.
 */
export async function loggedBytes(
  location: string,
  options: S3SourceOptions & { readonly now: () => Date },
  enough: number = Infinity,
): Promise<LoggedBytes> {
  const { signal } = options;
  // one for each listing under way: more than Node's threshold for a leak
  if (signal !== undefined) setMaxListeners(0, signal);
  const from = options.from ?? firstDay;
  const source = s3Source(location, { ...options, from, to: options.to ?? options.now().toISOString().slice(0, 10) });
  let files = 0;
  let bytes = 0;
  for await (const { objects } of source.list(noMemory)) {
    for (const { size, skip } of objects) {
      if (skip !== null) continue;
      files++;
      bytes += size;
    }
    if (bytes > enough) break;
  }
  return { files, bytes };
}
