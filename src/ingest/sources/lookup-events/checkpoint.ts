/** The progress in the event history of one account, Region and event source, and what to read next. */
import { z } from "zod";
import { type Seconds, dayIn, earlier, later, shift, shiftDays } from "./times.ts";

/** Days of the history: "Look up events that occurred in a Region within the last 90 days" (API reference, LookupEvents). */
export const historyDays = 90;
/** The overlap with the last window: events take about five minutes to appear, sometimes hours. */
const overlapSeconds = 2 * 3600;
/** The overlap once a day, as with the files of a trail (R10). */
const deepOverlapSeconds = 2 * 86_400;
/** The age of a resumed window's end below which no further window follows at once. */
const settledSeconds = 15 * 60;

/** A window that is being read, from its newest to its oldest event. */
export interface Scan {
  readonly from: Seconds;
  /** The end of the window, included. */
  readonly to: Seconds;
  /** EndTime of the listing that `token` belongs to: `to`, or the point where it was restarted. */
  readonly end: Seconds;
  /** The next page's token; null before the listing began. */
  readonly token: string | null;
  /** The oldest event read; null before the first. */
  readonly oldest: Seconds | null;
}

export interface Checkpoint {
  /** The time up to which all was read, since the first run's beginning. */
  readonly complete: Seconds | null;
  /** End of the last window that overlapped by two days. */
  readonly deep: Seconds | null;
  readonly scan: Scan | null;
  /** The window of `--from` and `--to`, which does not change `complete`. */
  readonly asked: Scan | null;
}

const seconds = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
const scanSchema = z.strictObject({
  from: seconds,
  to: seconds,
  end: seconds,
  token: z.string().nullable(),
  oldest: seconds.nullable(),
});
const checkpointSchema = z.strictObject({
  complete: seconds.nullable(),
  deep: seconds.nullable(),
  scan: scanSchema.nullable(),
  asked: scanSchema.nullable(),
});

export const nothingRead: Checkpoint = { complete: null, deep: null, scan: null, asked: null };

/** The checkpoint in a text; undefined if no version of Spillway wrote it so. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  try {
    return checkpointSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export interface Window {
  readonly from: Seconds;
  readonly to: Seconds;
}

/** The beginning of the history. */
export function horizon(now: Seconds): Seconds {
  return shiftDays(now, -historyDays);
}

/** The window after `complete`, with some overlap for events that came late. */
export function nextWindow({ complete, deep }: Checkpoint, now: Seconds): Window {
  if (complete === null) return { from: horizon(now), to: now };
  const isFirstToday = deep === null || dayIn(deep) !== dayIn(now);
  // A clock that was once ahead does not keep later runs from looking back.
  const since = shift(earlier(complete, now), -(isFirstToday ? deepOverlapSeconds : overlapSeconds));
  return { from: later(since, horizon(now)), to: now };
}

export function startScan({ from, to }: Window): Scan {
  return { from, to, end: to, token: null, oldest: null };
}

/** The days of `--from` and `--to` as times, both included. */
export interface AskedWindow {
  readonly from: Seconds | null;
  readonly to: Seconds | null;
}

export interface Task {
  /** Whether the window counts towards `complete`, or was asked for. */
  readonly kind: "scan" | "asked";
  readonly scan: Scan;
  readonly resumed: boolean;
}

/** A run's first window; a stopped one is continued before a new one begins. */
export function firstTask(checkpoint: Checkpoint, asked: AskedWindow, now: Seconds): Task {
  const resume = (kind: Task["kind"], scan: Scan): Task => ({ kind, scan, resumed: true });
  const begin = (kind: Task["kind"], window: Window): Task => ({ kind, scan: startScan(window), resumed: false });
  if (asked.from === null && asked.to === null) {
    return checkpoint.scan === null ? begin("scan", nextWindow(checkpoint, now)) : resume("scan", checkpoint.scan);
  }
  const isAsked = (scan: Scan | null): scan is Scan =>
    scan !== null && scan.from === from && (asked.to === null || scan.to === to);
  const from = later(asked.from ?? horizon(now), horizon(now));
  const to = earlier(asked.to ?? now, now);
  if (asked.to === null && isAsked(checkpoint.scan)) return resume("scan", checkpoint.scan);
  if (isAsked(checkpoint.asked)) return resume("asked", checkpoint.asked);
  const joins = checkpoint.complete === null || from <= checkpoint.complete;
  const isWhole = asked.to === null && checkpoint.scan === null && joins;
  return begin(isWhole ? "scan" : "asked", { from, to });
}

/** The scan after a page, whose oldest event is `oldest`, or null if it had none. */
export function advanceScan(scan: Scan, token: string, oldest: Seconds | null): Scan {
  return { ...scan, token, oldest: oldest === null ? scan.oldest : earlier(oldest, scan.oldest ?? oldest) };
}

/** The scan restarted without its token, from the oldest event read, which is included again. */
export function restartScan(scan: Scan, now: Seconds): Scan {
  // What has left the history meanwhile cannot be read.
  const from = later(scan.from, horizon(now));
  return { ...scan, from, end: later(scan.oldest ?? scan.to, from), token: null };
}

/** The checkpoint after a window was read to its end. */
export function finishScan(checkpoint: Checkpoint, scan: Scan, kind: "scan" | "asked"): Checkpoint {
  if (kind === "asked") return { ...checkpoint, asked: null };
  const isDeep = scan.from <= shift(earlier(checkpoint.complete ?? scan.to, scan.to), -deepOverlapSeconds);
  return { ...checkpoint, scan: null, complete: scan.to, deep: isDeep ? scan.to : checkpoint.deep };
}

/** Whether a run has to read on after finishing an earlier one's window. */
export function isBehind({ complete }: Checkpoint, now: Seconds): boolean {
  return complete === null || complete < shift(now, -settledSeconds) || complete > now;
}

/** The share of the window that was read, 0 to 1. */
export function shareRead(scan: Scan): number {
  const span = Date.parse(scan.to) - Date.parse(scan.from);
  return span <= 0 || scan.oldest === null ? 0 : (Date.parse(scan.to) - Date.parse(scan.oldest)) / span;
}
