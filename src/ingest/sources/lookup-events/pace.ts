/** The pace of calls to the event history of one account and Region. */
import { setTimeout as wait } from "node:timers/promises";

/** The clock and timer, passed in so that tests can let hours pass. */
export interface Timing {
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

export const realTiming: Timing = {
  now: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, signal === undefined ? {} : { signal }),
};

/**
 * "The rate of lookup requests is limited to two per second, per account, per Region" (API reference, LookupEvents). Half a second
 * between two calls keeps to that in any second, where a bucket that fills up would not; the rest is for jitter on the way.
 */
const betweenCallsMs = 510;

/** A token bucket with one token: each caller gets the next free moment. */
export class Pace {
  readonly #timing: Timing;
  readonly #signal: AbortSignal | undefined;
  #next = Number.NEGATIVE_INFINITY;

  constructor(timing: Timing, signal: AbortSignal | undefined) {
    this.#timing = timing;
    this.#signal = signal;
  }

  /** Resolves when a call may be made. */
  async take(): Promise<void> {
    for (;;) {
      this.#signal?.throwIfAborted();
      const now = this.#timing.now();
      if (now >= this.#next) {
        this.#next = now + betweenCallsMs;
        return;
      }
      await this.#timing.sleep(Math.ceil(this.#next - now), this.#signal);
    }
  }

  /** Stops all calls for a while: somebody else uses the same account's two calls. */
  pause(ms: number): void {
    this.#next = Math.max(this.#next, this.#timing.now() + ms);
  }
}
