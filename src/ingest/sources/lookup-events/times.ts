/** Times of the event history: whole seconds, UTC, in a form that sorts as text. */

/** Such as 2026-09-14T08:12:41Z. */
export type Seconds = string;

const secondsPerDay = 86_400;

export function secondsOf(time: Date): Seconds {
  return `${time.toISOString().slice(0, 19)}Z`;
}

export function shift(time: Seconds, seconds: number): Seconds {
  return secondsOf(new Date(Date.parse(time) + seconds * 1000));
}

export function shiftDays(time: Seconds, days: number): Seconds {
  return shift(time, days * secondsPerDay);
}

/** YYYY-MM-DD. */
export function dayIn(time: Seconds): string {
  return time.slice(0, 10);
}

export function earlier(a: Seconds, b: Seconds): Seconds {
  return a < b ? a : b;
}

export function later(a: Seconds, b: Seconds): Seconds {
  return a > b ? a : b;
}

/** Days from `last` back to `first`, both included; none if `last` is before `first`. */
export function daysBack(last: string, first: string): string[] {
  const days: string[] = [];
  for (let day = last; day >= first; day = dayIn(shiftDays(`${day}T00:00:00Z`, -1))) days.push(day);
  return days;
}
