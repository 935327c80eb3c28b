/** Owns when a source that refuses every object is given up: the rest would be refused as well, and every request costs. */
import { SpillwayError } from "../errors.ts";
import type { ReadNotice } from "./worker-pool.ts";

/** So many refused objects, and not one that could be read. */
const atMost = 200;

export class Refusals {
  #count = 0;
  #isEvery = true;

  /** Why no more objects should be tried, once that is so. */
  note({ objects, denied, deniedReason }: ReadNotice): SpillwayError | undefined {
    this.#count += denied;
    this.#isEvery &&= denied === objects;
    if (!this.#isEvery || this.#count < atMost) return undefined;
    return new SpillwayError(
      "source-denied",
      `none of the first ${this.#count} objects could be read, so no more were tried; the first one ${deniedReason ?? "was refused"}`,
      { next: "Allow what is missing and run the same command again: they are tried again then." },
    );
  }
}
