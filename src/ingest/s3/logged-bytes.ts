/** Owns the size of the log files of some days, by listing them: what Athena is going to read, before it does. */
import { setMaxListeners } from "node:events";
import { s3Source } from "./source.ts";
import { noMemory } from "../source.ts";
import type { AthenaAccess } from "../../athena/options.ts";

export interface LoggedDays {
  /** Days of delivery, YYYY-MM-DD, inclusive; without them everything. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly accounts?: readonly string[] | undefined;
  readonly now: () => Date;
}

/** CloudTrail was announced in November 2013: no log file is older. */
const firstDay = "2013-11-13";

/**
 * Bytes of the files as they lie in the bucket, compressed: that is what Athena counts of such files. Listing stops when
 * `enough` is passed, so the answer is then only the least that it can be.
 */
export async function loggedBytes(
  access: AthenaAccess,
  location: string,
  days: LoggedDays,
  enough: number,
  signal?: AbortSignal,
): Promise<number> {
  // one for each listing under way, which are more than Node takes for a leak
  if (signal !== undefined) setMaxListeners(0, signal);
  const source = s3Source(location, {
    from: days.from ?? firstDay,
    to: days.to ?? days.now().toISOString().slice(0, 10),
    accounts: days.accounts,
    region: access.region === "" ? undefined : access.region,
    endpoint: access.s3.endpoint ?? undefined,
    profile: access.s3.profile ?? undefined,
    roles: access.s3.roles,
    retry: access.retry,
    now: days.now,
    signal,
  });
  let bytes = 0;
  for await (const objects of source.list(noMemory)) {
    for (const { size, skip } of objects) if (skip === null) bytes += size;
    if (bytes > enough) break;
  }
  return bytes;
}
