/** The memory that trail objects are inflated into, and the contract of whatever searches it. */

/** Zeros after the content, so that a scanner may read whole blocks past its end. */
export const slack: number = 128;

/** The number of brackets at record level at which the search stops; no real log file comes near. */
export const markLimit: number = 1 << 24;

/**
 * The result of a search. Both lists are in order of position and valid until the next search.
 * Brackets inside strings do not count.
 */
export interface StructuralIndex {
  /** Positions of the brackets that open at, or close to, a depth of at most `level`. */
  readonly marks: Uint32Array;
  readonly markCount: number;
  /** Positions of `bedrock`, and of an escaped ASCII letter (`\u006.`, `\u007.`) that may spell it. */
  readonly hits: Uint32Array;
  readonly hitCount: number;
  /** False if brackets or quotes do not balance, or `markLimit` was reached. */
  readonly closed: boolean;
}

/** Bytes that are reused: a fresh buffer for each object costs page faults. */
export interface ReusedMemory {
  /** At least `capacity` bytes, with what was written before; earlier views may be invalid. */
  reserve(capacity: number): Buffer;
}

/** Memory that can be searched. */
export interface ScanBuffer extends ReusedMemory {
  /** Searches the first `length` reserved bytes. */
  skim(length: number, level: number): StructuralIndex;
}

/** Memory for content that nothing searches. */
export function makeMemory(): ReusedMemory {
  let memory = Buffer.alloc(1 << 20);
  return {
    reserve(capacity: number): Buffer {
      if (capacity + slack > memory.length) {
        const grown = Buffer.alloc(Math.max(capacity + slack, memory.length * 2));
        memory.copy(grown);
        memory = grown;
      }
      return memory;
    },
  };
}

/** A list of positions that grows. */
export interface Positions {
  list: Uint32Array;
  count: number;
}

export function makePositions(): Positions {
  return { list: new Uint32Array(4096), count: 0 };
}

/** Makes space for `more` positions. */
export function makeSpace(positions: Positions, more: number): void {
  const wanted = positions.count + more;
  if (wanted <= positions.list.length) return;
  const grown = new Uint32Array(Math.max(wanted, positions.list.length * 2));
  grown.set(positions.list);
  positions.list = grown;
}
