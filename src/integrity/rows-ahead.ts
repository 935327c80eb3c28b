/** Rows that are still being made while the next ones are begun, handed on in the order in which they were begun. */

/** Rows under way, and how many files are being read for them. */
export interface Pending<Row> {
  readonly rows: Promise<readonly Row[]>;
  readonly size: number;
}

/** Pieces that wait: a digest keeps its content until its row is taken. */
const mostPieces = 64;

export class RowsAhead<Row> {
  readonly #limit: number;
  readonly #pending: Pending<Row>[] = [];
  #size = 0;

  /** `limit`: files that may be under way before somebody has to wait. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Begins to wait for `rows`; yields what has to be finished before more may be begun. Empty pieces are left out. */
  async *add(rows: Promise<readonly Row[]>, size: number): AsyncGenerator<readonly Row[]> {
    // Whoever takes them sees the failure.
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
