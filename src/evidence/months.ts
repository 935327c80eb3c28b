/** The months of the calendar that a range touches. */
import type { AskedRange } from "./statements.ts";

/** In their order, as far as they lie in the range: the first and the last may be parts of one. */
export function monthsOf({ from, to }: AskedRange): readonly AskedRange[] {
  const months: AskedRange[] = [];
  for (let first = from; first < to;) {
    const next = nextMonth(first);
    months.push({ from: first, to: next < to ? next : to });
    first = next;
  }
  return months;
}

/** The first moment of the month after `time`, UTC. */
export function nextMonth(time: Date): Date {
  return new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1));
}
