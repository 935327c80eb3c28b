/** The periods that a range is divided into: days, else weeks, else months, so that there are few enough to see. */
import { dayMs } from "../../../day.ts";
import { isoTime } from "../../value-text.ts";

export type PeriodKind = "day" | "week" | "month";

export interface Period {
  readonly kind: PeriodKind;
  /** The first moment of the period that holds this moment, epoch milliseconds, UTC. */
  readonly startOf: (moment: number) => number;
  readonly next: (start: number) => number;
  readonly label: (start: number) => string;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const mostDays = 62;
const mostWeeks = 62;

function dated(start: number): string {
  const date = new Date(start);
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]}`;
}

const day: Period = {
  kind: "day",
  startOf: (moment) => Math.floor(moment / dayMs) * dayMs,
  next: (start) => start + dayMs,
  label: dated,
};

/** From Monday on. */
const week: Period = {
  kind: "week",
  // 1 January 1970 was a Thursday
  startOf: (moment) => (Math.floor((moment / dayMs + 3) / 7) * 7 - 3) * dayMs,
  next: (start) => start + 7 * dayMs,
  label: dated,
};

const month: Period = {
  kind: "month",
  startOf: (moment) => {
    const date = new Date(moment);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  },
  next: (start) => {
    const date = new Date(start);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  },
  label: (start) => `${months[new Date(start).getUTCMonth()]} ${isoTime(start).slice(0, 4)}`,
};

export function periodFor(first: number, last: number): Period {
  const days = (last - first) / dayMs + 1;
  if (days <= mostDays) return day;
  return days <= mostWeeks * 7 ? week : month;
}

/** Starts of all periods from the first moment to the last, without a hole; at most `most`, the latest ones. */
export function startsBetween(period: Period, first: number, last: number, most: number): number[] {
  const starts: number[] = [];
  for (let start = period.startOf(first); start <= last; start = period.next(start)) {
    starts.push(start);
    if (starts.length > most) starts.shift();
  }
  return starts;
}

/** The years that a range touches: `2026`, `2025 and 2026`, `2019 to 2026`. */
export function yearsOf(first: number, last: number): string {
  const [from, to] = [isoTime(first).slice(0, 4), isoTime(last).slice(0, 4)];
  return from === to ? from : `${from} to ${to}`;
}
