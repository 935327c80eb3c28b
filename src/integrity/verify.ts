/** The check of whole archives: all accounts, Regions and trails side by side, rows in a fixed order. */
import { hourMs } from "../day.ts";
import type { SpillwayError } from "../errors.ts";
import { type Archive, type Area, type DigestFile, type ReadLogs, type TimeRange } from "./archive.ts";
import { type AreaContext, type CheckedRow, type Step, checkArea } from "./check-area.ts";
import { inOrder } from "./in-order.ts";
import type { KeySource } from "./public-keys.ts";

export interface VerifyOptions {
  readonly archives: readonly Archive[];
  readonly range: TimeRange;
  readonly now: Date;
  readonly keys: KeySource;
  readonly signatures?: ((file: DigestFile) => string | null) | undefined;
  /** The accounts to check; empty for all. */
  readonly accounts?: readonly string[] | undefined;
  readonly regions?: readonly string[] | undefined;
  /** The reader that hashes the log files of an area. */
  readonly readLogs: (area: Area) => ReadLogs;
  readonly onProgress?: ((step: Step) => void) | undefined;
  readonly onRefused?: ((error: SpillwayError) => void) | undefined;
}

/** The age from which a digest has to exist: they are made hourly and delivered within the next hour. */
const freshMs = 2 * hourMs;
const areasAtOnce = 8;

/** The areas of all archives, sorted, each once. */
export async function areasOf({ archives, accounts, regions }: VerifyOptions): Promise<readonly Area[]> {
  const found = new Map<string, Area>();
  for (const archive of archives) {
    for (const area of await archive.areas()) {
      const wanted =
        (accounts === undefined || accounts.length === 0 || accounts.includes(area.accountId)) &&
        (regions === undefined || regions.length === 0 || regions.includes(area.region));
      if (wanted) found.set(area.uriOf(`${area.base} ${area.accountId} ${area.region}`), area);
    }
  }
  return [...found.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, area]) => area);
}

/** The rows in pieces, area by area. */
export async function* verifyAreas(
  areas: readonly Area[],
  options: VerifyOptions,
): AsyncGenerator<readonly CheckedRow[]> {
  const { range, now, keys, signatures, readLogs, onProgress, onRefused } = options;
  const until = range.to === null ? null : Math.min(range.to, now.getTime());
  const fresh = now.getTime() - freshMs;
  const context: Omit<AreaContext, "readLogs"> = {
    range: { from: range.from, to: until },
    reach: until === null ? fresh : Math.min(until, fresh),
    keys,
    signatures: signatures ?? ((): null => null),
    onProgress,
    onRefused,
  };
  const streams = areas.map((area) => () => checkArea(area, { ...context, readLogs: readLogs(area) }));
  yield* inOrder(streams, areasAtOnce);
}
