/** The plan of a listing: the key ranges to read, to avoid walking the whole history. Pure. */
import { addDays, dayMs } from "../../../day.ts";
import { type DayRange } from "./days.ts";

/** One key range, listed by one reader: `startAfter` < key < `endBefore`. */
export interface ListingTask {
  readonly prefix: string;
  /** The key before the first; null for the prefix's first key. */
  readonly startAfter: string | null;
  /** The key after the last; null for the prefix's last key. */
  readonly endBefore: string | null;
}

export interface ListingScope {
  /** Folders `.../CloudTrail/REGION/`, whose keys are bounded by days. */
  readonly trailFolders: readonly string[];
  /** Prefixes to list whole: the user named days or a file in them, or there is no CloudTrail layout. */
  readonly wholePrefixes: readonly string[];
}

/**
 * One task for each folder; if there are fewer folders than readers, a folder's days are split among several.
 * `today` only bounds the splitting: the last task of an open range has no end.
 */
export function planListing(scope: ListingScope, days: DayRange, today: string, readers: number): ListingTask[] {
  const pieces = Math.max(1, Math.floor(readers / Math.max(1, scope.trailFolders.length)));
  return [
    ...scope.wholePrefixes.map((prefix) => ({ prefix, startAfter: null, endBefore: null })),
    ...scope.trailFolders.flatMap((folder) => keyRanges(folder, days, today, pieces)),
  ];
}

function keyRanges(folder: string, days: DayRange, today: string, pieces: number): ListingTask[] {
  const starts = startDays(days, today, pieces);
  return starts.map((start, index) => {
    const next = starts[index + 1] ?? (days.to === null ? null : addDays(days.to, 1));
    return {
      prefix: folder,
      startAfter: start === null ? null : dayPrefix(folder, start),
      endBefore: next === null ? null : dayPrefix(folder, next),
    };
  });
}

/** First days of the key ranges, ascending. A range without a first day is not split. */
function startDays(days: DayRange, today: string, pieces: number): readonly (string | null)[] {
  const { from } = days;
  if (from === null) return [null];
  const last = days.to ?? (today < from ? from : today);
  const count = Math.round((Date.parse(last) - Date.parse(from)) / dayMs) + 1;
  if (count < 1) return [];
  const size = Math.ceil(count / Math.min(pieces, count));
  return Array.from({ length: Math.ceil(count / size) }, (_, piece) => addDays(from, piece * size));
}

/** The prefix of a day, which sorts before the keys of that and later days, and after those of earlier ones. */
function dayPrefix(folder: string, day: string): string {
  return `${folder}${day.replaceAll("-", "/")}/`;
}
