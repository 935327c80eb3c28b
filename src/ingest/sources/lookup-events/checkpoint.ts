/** How far the event history of one account, Region and event source has been read, and what is to be read next. */
import { z } from "zod";
import { type Seconds, dayIn, earlier, later, shift, shiftDays } from "./times.ts";

/** "Look up events that occurred in a Region within the last 90 days" (API reference, LookupEvents). */
export const historyDays = 90;
/** Events take about five minutes to appear, now and then hours. */
const overlapSeconds = 2 * 3600;
/** Once a day, as with the files of a trail (R10). */
const deepOverlapSeconds = 2 * 86_400;
/** After a stop: a window that ended so recently is not followed by another one at once. */
const settledSeconds = 15 * 60;

/** A window on its way from its newest to its oldest event. */
export interface Scan {
  readonly from: Seconds;
  /** Where the window ends, included. */
  readonly to: Seconds;
  /** EndTime of the listing that `token` belongs to: `to`, or where a listing had to be started anew. */
  readonly end: Seconds;
  /** Null: the listing has yet to begin. */
  readonly token: string | null;
  /** The oldest event read; null before the first. */
  readonly oldest: Seconds | null;
}

export interface Checkpoint {
  /** Everything up to here was read, from where the first run began. */
  readonly complete: Seconds | null;
  /** End of the last window that looked back two days before the one before it. */
  readonly deep: Seconds | null;
  readonly scan: Scan | null;
  /** The window of `--from` and `--to`; it says nothing about `complete`. */
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

/** Undefined for a text that no version of Spillway wrote so. */
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

/** Where the history begins. */
export function horizon(now: Seconds): Seconds {
  return shiftDays(now, -historyDays);
}

/** What is to be read after everything up to `complete`: a bit before it as well, for events that came late. */
export function nextWindow({ complete, deep }: Checkpoint, now: Seconds): Window {
  if (complete === null) return { from: horizon(now), to: now };
  const isFirstToday = deep === null || dayIn(deep) !== dayIn(now);
  // A clock that was ahead of time once must not keep later runs from looking back.
  const since = shift(earlier(complete, now), -(isFirstToday ? deepOverlapSeconds : overlapSeconds));
  return { from: later(since, horizon(now)), to: now };
}

export function startScan({ from, to }: Window): Scan {
  return { from, to, end: to, token: null, oldest: null };
}

/** The days named by `--from` and `--to`, as times; both ends belong to it. */
export interface AskedWindow {
  readonly from: Seconds | null;
  readonly to: Seconds | null;
}

export interface Task {
  /** Whether the window belongs to what `complete` speaks of. */
  readonly kind: "scan" | "asked";
  readonly scan: Scan;
  readonly resumed: boolean;
}

/** What a run does first. A stopped window goes on before anything new is begun. */
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

/** After a page: `oldest` of its events, null if it had none. */
export function advanceScan(scan: Scan, token: string, oldest: Seconds | null): Scan {
  return { ...scan, token, oldest: oldest === null ? scan.oldest : earlier(oldest, scan.oldest ?? oldest) };
}

/** The token is of no use any more: from the oldest event read, once more included. */
export function restartScan(scan: Scan, now: Seconds): Scan {
  // What has left the history meanwhile cannot be asked for.
  const from = later(scan.from, horizon(now));
  return { ...scan, from, end: later(scan.oldest ?? scan.to, from), token: null };
}

/** The window was read to its end. */
export function finishScan(checkpoint: Checkpoint, scan: Scan, kind: "scan" | "asked"): Checkpoint {
  if (kind === "asked") return { ...checkpoint, asked: null };
  const isDeep = scan.from <= shift(earlier(checkpoint.complete ?? scan.to, scan.to), -deepOverlapSeconds);
  return { ...checkpoint, scan: null, complete: scan.to, deep: isDeep ? scan.to : checkpoint.deep };
}

/** Whether a run that has just finished the window of an earlier one has to read on from there. */
export function isBehind({ complete }: Checkpoint, now: Seconds): boolean {
  return complete === null || complete < shift(now, -settledSeconds) || complete > now;
}

/** How much of the window is behind us, 0 to 1. */
export function shareRead(scan: Scan): number {
  const span = Date.parse(scan.to) - Date.parse(scan.from);
  return span <= 0 || scan.oldest === null ? 0 : (Date.parse(scan.to) - Date.parse(scan.oldest)) / span;
}
