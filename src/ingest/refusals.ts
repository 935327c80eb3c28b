/** The end of reading a source that refuses every object: the rest would be refused too, and every request costs. */
import { SpillwayError } from "../errors.ts";
import type { ReadNotice } from "./worker-pool.ts";

/** The number of refused objects, without one that could be read, that ends the attempt. */
const refusedAtMost = 200;

export function allRefused(message: string): SpillwayError {
  return new SpillwayError("source-denied", message, {
    next: "Allow what is missing and run the same command again: they are tried again then.",
  });
}

interface Tally {
  refused: number;
  hasRead: boolean;
  reason: string | undefined;
}

export class Refusals {
  readonly #of = new Map<number, Tally>();

  note({ source, objects, denied, deniedReason }: ReadNotice): void {
    const tally = this.#of.get(source) ?? { refused: 0, hasRead: false, reason: deniedReason };
    tally.refused += denied;
    tally.hasRead ||= denied < objects;
    tally.reason ??= deniedReason;
    this.#of.set(source, tally);
  }

  /** The reason why a source is not tried any more, if so. */
  of(source: number): SpillwayError | undefined {
    const tally = this.#of.get(source);
    if (tally === undefined || tally.hasRead || tally.refused < refusedAtMost) return undefined;
    return allRefused(
      `none of the first ${tally.refused} objects could be read, so no more were tried; the first one ${tally.reason ?? "was refused"}`,
    );
  }
}
