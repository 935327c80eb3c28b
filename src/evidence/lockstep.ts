/** The comparison of two files that hold the same rows in the same order: only what is out of step is kept in memory. */

export interface KeyedRow {
  readonly key: string;
  readonly value: string;
}

export interface Difference {
  readonly key: string;
  /** The row's value here; null if missing. */
  readonly here: string | null;
  readonly there: string | null;
}

export class Lockstep {
  readonly #there: AsyncIterator<KeyedRow>;
  /** Keys that only one of the two has had so far. */
  readonly #onlyHere = new Map<string, string>();
  readonly #onlyThere = new Map<string, string>();
  readonly #differences: Difference[] = [];

  constructor(there: AsyncIterable<KeyedRow>) {
    this.#there = there[Symbol.asyncIterator]();
  }

  /** The next row of this side. */
  async next({ key, value }: KeyedRow): Promise<void> {
    const step = await this.#there.next();
    if (step.done !== true && step.value.key === key && !this.#onlyThere.has(key)) {
      this.#compare(key, value, step.value.value);
      return;
    }
    const early = this.#onlyThere.get(key);
    if (early === undefined) this.#onlyHere.set(key, value);
    else {
      this.#onlyThere.delete(key);
      this.#compare(key, value, early);
    }
    if (step.done !== true) this.#late(step.value);
  }

  /** The differences, once this side has no more rows. */
  async end(): Promise<readonly Difference[]> {
    for (let step = await this.#there.next(); step.done !== true; step = await this.#there.next())
      this.#late(step.value);
    for (const [key, here] of this.#onlyHere) this.#differences.push({ key, here, there: null });
    for (const [key, there] of this.#onlyThere) this.#differences.push({ key, here: null, there });
    return this.#differences;
  }

  #late({ key, value }: KeyedRow): void {
    const here = this.#onlyHere.get(key);
    if (here === undefined) this.#onlyThere.set(key, value);
    else {
      this.#onlyHere.delete(key);
      this.#compare(key, here, value);
    }
  }

  #compare(key: string, here: string, there: string): void {
    if (here !== there) this.#differences.push({ key, here, there });
  }
}
