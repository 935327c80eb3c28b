/** The version of a day's copy, which says when the day is read again while late files may still come (R10). */
import { addDays, dayOf, deepLookBackDays, lookBackDays } from "../../day.ts";

/**
 * The version of a day that is read at `now`. A day is due when the version kept is another: the last two days on
 * every run, days whose files may be late once a day, and each day once more when it is closed.
 */
export function dayVersion(day: string, now: Date, lateDays: number = deepLookBackDays): string {
  const today = dayOf(now);
  if (day >= addDays(today, -Math.min(lookBackDays, lateDays))) return `read ${now.toISOString()}`;
  if (day >= addDays(today, -lateDays)) return `read on ${today}`;
  return "closed";
}
