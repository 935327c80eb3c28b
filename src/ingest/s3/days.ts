/** Owns which delivery days a run lists: asked for, or looked back on (R10). Pure. */

/** What earlier runs over the same scope did; null where there was none. */
export interface ListingHistory {
  /** Start of the last run that listed everything it planned. */
  readonly lastComplete: Date | null;
  /** Start of the last such run that looked back the whole 30 days (or further). */
  readonly lastDeep: Date | null;
}

export interface DaysAsked {
  /** YYYY-MM-DD, inclusive, UTC: days of delivery, as in the folders of the bucket. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface DayRange {
  /** First day that is listed, null: from the beginning. */
  readonly from: string | null;
  /** Last day that is listed, null: to the end, whatever the clock says. */
  readonly to: string | null;
  readonly why: "asked" | "first-run" | "daily" | "look-back";
  /** Counts as the 30-day listing of the day. */
  readonly deep: boolean;
}

/** Files are on average 5 minutes late; two days cover what is late without a failed delivery. */
export const lookBackDays = 2;
/** "CloudTrail attempts to redeliver the log files to your S3 bucket for 30 days". */
export const deepLookBackDays = 30;
export const firstRunDays = 90;

const millisPerDay = 86_400_000;

export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

export function addDays(day: string, days: number): string {
  return dayOf(new Date(Date.parse(`${day}T00:00:00Z`) + days * millisPerDay));
}

/** True for a real calendar day, written YYYY-MM-DD. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && dayOf(new Date(time)) === text;
}

/** After a pause longer than the look-back the range reaches back to the last complete run, so that no day falls between. */
export function daysToList(asked: DaysAsked, history: ListingHistory, now: Date): DayRange {
  const today = dayOf(now);
  if (asked.from !== undefined || asked.to !== undefined) {
    const from = asked.from ?? null;
    const deep = asked.to === undefined && from !== null && from <= addDays(today, -deepLookBackDays);
    return { from, to: asked.to ?? null, why: "asked", deep };
  }
  if (history.lastComplete === null) {
    return { from: addDays(today, -firstRunDays), to: null, why: "first-run", deep: true };
  }
  // A clock that was ahead of time once must not keep later runs from looking back.
  const lastDay = dayOf(new Date(Math.min(history.lastComplete.getTime(), now.getTime())));
  const deep = history.lastDeep === null || dayOf(history.lastDeep) !== today;
  const since = addDays(today, deep ? -deepLookBackDays : -lookBackDays);
  const resumed = addDays(lastDay, -lookBackDays);
  return { from: resumed < since ? resumed : since, to: null, why: deep ? "daily" : "look-back", deep };
}
