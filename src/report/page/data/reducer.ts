/** How the rows of a report become the few sums that a chart draws, however many rows there are. */
import type { Cell } from "../../../engines/engine.ts";

/** The cells of one row, by column; moments are milliseconds since 1970. */
export type Row = (column: string) => Cell;

/** Takes the rows one after the other, then gives what they came to. */
export interface Reducer<Facts> {
  readonly add: (row: Row) => void;
  readonly facts: () => Facts;
}

/** A report whose sums the page knows, with the columns that it reads. A report of the user's own may have the name and not the columns. */
export interface KnownReport<Facts> {
  readonly columns: readonly string[];
  readonly start: () => Reducer<Facts>;
}

/** A count; null is none. */
export function countOf(cell: Cell): number {
  return typeof cell === "bigint" || typeof cell === "number" ? Number(cell) : 0;
}

/** A count that may be larger than a number can hold; null is none. */
export function wholeOf(cell: Cell): bigint {
  if (typeof cell === "bigint") return cell;
  return typeof cell === "number" && Number.isFinite(cell) ? BigInt(Math.trunc(cell)) : 0n;
}

export function textOf(cell: Cell): string | null {
  return cell === null ? null : String(cell);
}

export function momentOf(cell: Cell): number | undefined {
  return typeof cell === "number" ? cell : undefined;
}

/** The group of a key; `make` makes it when it is the first of its key. */
export function groupOf<Key, Group>(groups: Map<Key, Group>, key: Key, make: () => Group): Group {
  const found = groups.get(key);
  if (found !== undefined) return found;
  const group = make();
  groups.set(key, group);
  return group;
}
