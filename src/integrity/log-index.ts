/** The log files that the listing has of one account and Region, and which of them a digest has spoken of. */
import { dayMs, hourMs } from "../day.ts";
import { SpillwayError } from "../errors.ts";
import type { Area, LogFile, TimeRange } from "./archive.ts";
import { parseLogName } from "./digest-name.ts";

/** A log file lies in the folder of its delivery day, and its digest says an hour later. */
export const listingMargin: number = 3 * hourMs;

/** Everything listed in the range; what lies on other days is listed when a digest speaks of it. */
export class LogIndex {
  readonly #area: Area;
  readonly #range: TimeRange;
  /** Not spoken of yet. */
  readonly #open = new Map<string, LogFile>();
  readonly #settled = new Set<string>();
  readonly #days = new Map<number, Promise<void>>();
  #oldest = Number.POSITIVE_INFINITY;
  /** Why some of it could not be listed; then nothing is known to be missing. */
  refused: SpillwayError | undefined;

  private constructor(area: Area, range: TimeRange) {
    this.#area = area;
    this.#range = range;
  }

  static async list(area: Area, range: TimeRange): Promise<LogIndex> {
    const index = new LogIndex(area, range);
    const wide = {
      from: range.from === null ? null : range.from - listingMargin,
      to: range.to === null ? null : range.to + listingMargin,
    };
    await index.#add(wide);
    return index;
  }

  hasBefore(time: number): boolean {
    return this.#oldest < time;
  }

  /** The file that a digest lists, undefined if it is not there. The second time it is asked for, `isAgain`. */
  async take(key: string): Promise<{ readonly file: LogFile | undefined; readonly isAgain: boolean }> {
    if (!this.#open.has(key) && !this.#settled.has(key)) await this.#listDayOf(key);
    const file = this.#open.get(key);
    if (file === undefined) return { file, isAgain: this.#settled.has(key) };
    this.#open.delete(key);
    this.#settled.add(key);
    return { file, isAgain: false };
  }

  isSettled(key: string): boolean {
    return this.#settled.has(key);
  }

  /** What is left in the range and no digest has spoken of. */
  *rest(): Generator<LogFile> {
    const { from, to } = this.#range;
    for (const file of this.#open.values()) {
      const { deliveredAt } = file;
      if (deliveredAt === null) continue;
      if ((from === null || deliveredAt >= from) && (to === null || deliveredAt < to)) yield file;
    }
  }

  async #listDayOf(key: string): Promise<void> {
    const delivered = parseLogName(key)?.deliveredAt;
    if (delivered === undefined) return;
    const { from, to } = this.#range;
    const isListed =
      (from === null || delivered >= from - listingMargin) && (to === null || delivered < to + listingMargin);
    if (isListed) return;
    const start = Math.floor(delivered / dayMs) * dayMs;
    const listing = this.#days.get(start) ?? this.#add({ from: start, to: start + dayMs });
    this.#days.set(start, listing);
    await listing;
  }

  async #add(range: TimeRange): Promise<void> {
    try {
      for await (const page of this.#area.logs(range)) for (const file of page) this.#found(file);
    } catch (thrown) {
      if (!(thrown instanceof SpillwayError) || thrown.code !== "source-denied") throw thrown;
      this.refused ??= thrown;
    }
  }

  #found(file: LogFile): void {
    if (this.#settled.has(file.key)) return;
    this.#open.set(file.key, file);
    if (file.deliveredAt !== null && file.deliveredAt < this.#oldest) this.#oldest = file.deliveredAt;
  }
}
