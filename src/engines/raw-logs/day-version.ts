/** How often a day of logs is read again while late files may still come (R10), as a version of its copy. Pure. */
import { addDays, dayOf, deepLookBackDays, lookBackDays } from "../../day.ts";

/**
 * The version that a reading of `day` at `now` has. A day is due when the version that is kept is another one: the last two days on
 * every run, days whose files may be late once a day, and each day once more when it is closed.
 */
export function dayVersion(day: string, now: Date, lateDays: number = deepLookBackDays): string {
  const today = dayOf(now);
  if (day >= addDays(today, -Math.min(lookBackDays, lateDays))) return `read ${now.toISOString()}`;
  if (day >= addDays(today, -lateDays)) return `read on ${today}`;
  return "closed";
}

/** Days from the first to the last, both included. */
export function daysBetween(first: string, last: string): string[] {
  const days: string[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}
