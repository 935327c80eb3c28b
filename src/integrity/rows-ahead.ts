/** Rows that are still being made while the next ones are begun; they are returned in the order of their beginning. */

/** Rows under way, and the number of files being read for them. */
export interface Pending<Row> {
  readonly rows: Promise<readonly Row[]>;
  readonly size: number;
}

/** The most waiting pieces: a digest keeps its content until its row is taken. */
const mostPieces = 64;

export class RowsAhead<Row> {
  readonly #limit: number;
  readonly #pending: Pending<Row>[] = [];
  #size = 0;

  /** `limit` is the number of files that may be under way. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds `rows` under way; yields those that have to be finished first. Empty pieces are left out. */
  async *add(rows: Promise<readonly Row[]>, size: number): AsyncGenerator<readonly Row[]> {
    // The failure is seen when they are taken.
    rows.catch(() => undefined);
    this.#pending.push({ rows, size });
    this.#size += size;
    while (this.#size > this.#limit || this.#pending.length > mostPieces) yield* this.#next();
  }

  async *rest(): AsyncGenerator<readonly Row[]> {
    while (this.#pending.length > 0) yield* this.#next();
  }

  async *#next(): AsyncGenerator<readonly Row[]> {
    const first = this.#pending.shift();
    if (first === undefined) return;
    this.#size -= first.size;
    const rows = await first.rows;
    if (rows.length > 0) yield rows;
  }
}
