/** The plan of a listing: which key ranges are read, so that it never walks through the whole history. Pure. */
import { addDays, dayMs } from "../../../day.ts";
import { type DayRange } from "./days.ts";

/** One key range, listed by one reader: `startAfter` < key < `endBefore`. */
export interface ListingTask {
  readonly prefix: string;
  /** Null: from the first key of the prefix. */
  readonly startAfter: string | null;
  /** Null: to the last key of the prefix. */
  readonly endBefore: string | null;
}

export interface ListingScope {
  /** Folders `.../CloudTrail/REGION/`: their keys are bounded by days. */
  readonly trailFolders: readonly string[];
  /** Prefixes that are listed whole, because the user named days or a file in them, or because there is no CloudTrail layout. */
  readonly wholePrefixes: readonly string[];
}

/**
 * One task for each folder; when folders are fewer than readers, their days are dealt out to several.
 * `today` bounds that dealing only: the last one of an open range has no end.
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

/** First days of the key ranges, ascending. Without a first day there is nothing to deal out. */
function startDays(days: DayRange, today: string, pieces: number): readonly (string | null)[] {
  const { from } = days;
  if (from === null) return [null];
  const last = days.to ?? (today < from ? from : today);
  const count = Math.round((Date.parse(last) - Date.parse(from)) / dayMs) + 1;
  if (count < 1) return [];
  const size = Math.ceil(count / Math.min(pieces, count));
  return Array.from({ length: Math.ceil(count / size) }, (_, piece) => addDays(from, piece * size));
}

/** A key of that day, or later, sorts after it; every key of an earlier day before it. */
function dayPrefix(folder: string, day: string): string {
  return `${folder}${day.replaceAll("-", "/")}/`;
}
