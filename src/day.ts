/** Calendar days as text, YYYY-MM-DD in UTC, and the numbers of days that late files are looked for (R10). */
import { SpillwayError } from "./errors.ts";

/** The look-back of each run: files are on average 5 minutes late; two days cover delays without a failed delivery. */
export const lookBackDays = 2;
/** The look-back once a day: "CloudTrail attempts to redeliver the log files to your S3 bucket for 30 days". */
export const deepLookBackDays = 30;
export const firstRunDays = 90;

export const hourMs = 3_600_000;
export const dayMs: number = 24 * hourMs;

/** The day of a time; a number is epoch milliseconds. */
export function dayOf(time: Date | number): string {
  return new Date(time).toISOString().slice(0, 10);
}

export function addDays(day: string, days: number): string {
  return dayOf(new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs));
}

/** Whole days from `from` to `to`. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs);
}

/** The days from the first to the last, both included. */
export function* eachDay(first: string, last: string): Generator<string> {
  for (let day = first; day <= last; day = addDays(day, 1)) yield day;
}

/** Whether a text is a real calendar day, written YYYY-MM-DD. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && dayOf(new Date(time)) === text;
}

/** Checks the days that a user gave as a range. @throws SpillwayError `usage` */
export function checkDays(from: string | undefined, to: string | undefined): void {
  for (const [flag, day] of [
    ["--from", from],
    ["--to", to],
  ] as const) {
    if (day === undefined || isDay(day)) continue;
    throw new SpillwayError("usage", `${flag} ${day} is not a day`, {
      next: "Write days as YYYY-MM-DD, for example 2026-09-14.",
    });
  }
  if (from !== undefined && to !== undefined && from > to)
    throw new SpillwayError("usage", `--from ${from} is after --to ${to}`, { next: "Swap them." });
}

/** @throws SpillwayError `usage`, unless the range holds a moment */
export function checkRange(from: Date | undefined, to: Date | undefined): void {
  if (from === undefined || to === undefined || from < to) return;
  if (from > to) throw new SpillwayError("usage", "--from is after --to", { next: "Swap them." });
  throw new SpillwayError("usage", "--from and --to are the same moment: nothing lies between them", {
    next: "--to names the first moment that is no longer included; name a later one.",
  });
}
