/** How the range that was asked for is written, beside what was seen of it. */
import { dayMs } from "../../day.ts";
import { isoTime } from "../value-text.ts";
import type { PlainRow } from "../../engines/result.ts";

export interface AskedRange {
  readonly from?: Date | undefined;
  /** Not included. */
  readonly to?: Date | undefined;
}

/** Both days included, as far as the range keeps to days. */
export function askedText({ from, to }: AskedRange): string {
  const first = from === undefined ? undefined : momentText(from.getTime(), 0);
  const last = to === undefined ? undefined : momentText(to.getTime(), dayMs);
  if (first !== undefined && last !== undefined) return first === last ? first : `${first} to ${last}`;
  if (first !== undefined) return `from ${first} on`;
  return last === undefined ? "everything loaded" : `up to ${last}`;
}

/** Midnight is a day, `back` before it; any other moment is a time. */
function momentText(time: number, back: number): string {
  return time % dayMs === 0 ? isoTime(time - back).slice(0, 10) : isoTime(time);
}

/** Days of log files and of calls: a range that was asked for is not what was seen. */
export function seenText(regions: readonly PlainRow[], coverage: readonly PlainRow[]): string {
  const days = (column: string): string[] =>
    coverage.flatMap((row) => (typeof row[column] === "string" ? [row[column]] : []));
  const times = (column: string): string[] =>
    regions.flatMap((row) => (typeof row[column] === "number" ? [isoTime(row[column]).slice(0, 10)] : []));
  const logs = spanText([...days("first_log"), ...days("last_log")]);
  const calls = spanText([...times("first_seen"), ...times("last_seen")]);
  if (logs === undefined && calls === undefined) return "no log file in this range: nothing can be said of it";
  return `log files of ${logs ?? "unknown days"}; ${calls === undefined ? "no served call" : `calls of ${calls}`}`;
}

function spanText(days: readonly string[]): string | undefined {
  const sorted = days.toSorted();
  const [first] = sorted;
  const last = sorted.at(-1);
  return first === last ? first : `${first} to ${last}`;
}
