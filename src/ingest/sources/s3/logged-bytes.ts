/** The size of the log files of some days, by listing them: what Athena is going to read, before it does. */
import { setMaxListeners } from "node:events";
import { noMemory } from "../../listing/source.ts";
import type { S3SourceOptions } from "./options.ts";
import { s3Source } from "./source.ts";

/** CloudTrail was announced in November 2013: no log file is older. */
const firstDay = "2013-11-13";

export interface LoggedBytes {
  readonly files: number;
  /** As they lie in the bucket, compressed: that is what Athena counts of such files. */
  readonly bytes: number;
}

/**
 * Lists the days of `options`, without them everything. Listing stops when `enough` bytes are passed, so the answer is then only the
 * least that it can be.
 */
export async function loggedBytes(
  location: string,
  options: S3SourceOptions & { readonly now: () => Date },
  enough: number = Infinity,
): Promise<LoggedBytes> {
  const { signal } = options;
  // one for each listing under way, which are more than Node takes for a leak
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
