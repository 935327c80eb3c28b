/** The delivery days that a run lists: those asked for, or those of the look-back (R10). Pure. */
import { addDays, dayOf, deepLookBackDays, firstRunDays, lookBackDays } from "../../../day.ts";

/** The mark of an earlier run that listed all it planned. Days are YYYY-MM-DD, UTC. */
export interface ListingMark {
  /** The day of the run, by its clock. */
  readonly day: string;
  /** The day before which all deliveries were listed. Never later than the newest object: no clock is trusted further. */
  readonly reached: string;
}

/** The marks of earlier runs over the same scope; null where there was none. */
export interface ListingHistory {
  readonly lastComplete: ListingMark | null;
  /** The last run that looked back 30 days or further. */
  readonly lastDeep: ListingMark | null;
  /** First day with an object that could not be read yet. */
  readonly unreadSince: string | null;
}

export interface DaysAsked {
  /** First day of delivery, as in the bucket's folders, YYYY-MM-DD, UTC, like `to` included. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface DayRange {
  /** First day to list; null for the beginning. */
  readonly from: string | null;
  /** Last day to list; null for the end, whatever the clock says. */
  readonly to: string | null;
  readonly why: "asked" | "first-run" | "daily" | "look-back";
  /** Whether later runs may build on this listing once it is complete. */
  readonly advances: boolean;
  /** Whether it counts as the day's 30-day listing. */
  readonly deep: boolean;
}

/** The days to list now. A range that was asked for advances the history only if it includes all that would have been listed anyway. */
export function daysToList(asked: DaysAsked, history: ListingHistory, now: Date): DayRange {
  const planned = plannedDays(history, dayOf(now));
  if (asked.from === undefined && asked.to === undefined) return planned;
  const from = asked.from ?? null;
  const covers = (first: string | null): boolean => from === null || (first !== null && from <= first);
  const advances = asked.to === undefined && covers(planned.from);
  return { from, to: asked.to ?? null, why: "asked", advances, deep: advances && covers(deepFrom(history, now)) };
}

/** The days of a folder that no run has listed as far back as a first run does (R10): it is new, or was never finished. */
export function daysOfNewFolder(days: DayRange, now: Date): DayRange {
  if (days.why === "asked") return days;
  const first = addDays(dayOf(now), -firstRunDays);
  return { ...days, from: days.from === null ? null : earlier(days.from, first) };
}

/** Whether a listing of these days reaches as far back as a first run. */
export function reachesFirstRun({ from, to }: DayRange, now: Date): boolean {
  return to === null && (from === null || from <= addDays(dayOf(now), -firstRunDays));
}

function plannedDays(history: ListingHistory, clockDay: string): DayRange {
  const { lastComplete, lastDeep } = history;
  const common = { to: null, advances: true };
  if (lastComplete === null) {
    return { ...common, from: addDays(clockDay, -firstRunDays), why: "first-run", deep: true };
  }
  if (lastDeep?.day !== clockDay) {
    return { ...common, from: deepFrom(history, new Date(`${clockDay}T00:00:00Z`)), why: "daily", deep: true };
  }
  return { ...common, from: addDays(lastComplete.reached, -lookBackDays), why: "look-back", deep: false };
}

/**
 * 30 days before today, or before the last such listing if that was earlier than yesterday: late files may be that far back.
 * If unread objects are older, as far back as those.
 */
function deepFrom({ lastComplete, lastDeep, unreadSince }: ListingHistory, now: Date): string | null {
  const clockDay = dayOf(now);
  if (lastComplete === null) return addDays(clockDay, -firstRunDays);
  // A clock behind the newest delivery cannot be right.
  const today = later(clockDay, lastComplete.reached);
  const last = (lastDeep ?? lastComplete).reached;
  const since = last < addDays(today, -1) ? last : today;
  const from = earlier(addDays(since, -deepLookBackDays), addDays(lastComplete.reached, -lookBackDays));
  return unreadSince === null ? from : earlier(from, unreadSince);
}

/**
 * The history after a complete listing that began at `now` and whose newest object was delivered on `newest` (null: nothing was listed).
 * Without `newest`, a clock that is ahead would make later runs skip days that had not come yet.
 */
export function advanced(history: ListingHistory, days: DayRange, now: Date, newest: string | null): ListingHistory {
  if (!days.advances) return history;
  const day = dayOf(now);
  const before = history.lastComplete?.reached;
  const seen = newest === null ? (before ?? day) : earlier(day, newest);
  const mark = { day, reached: before === undefined ? seen : later(seen, before) };
  return { ...history, lastComplete: mark, lastDeep: days.deep ? mark : history.lastDeep };
}

function earlier(a: string, b: string): string {
  return a < b ? a : b;
}

function later(a: string, b: string): string {
  return a < b ? b : a;
}
