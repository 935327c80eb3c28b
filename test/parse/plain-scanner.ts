/** The plain scanner, as an oracle of the kernel: finds brackets and the needle in JSON bytes, one byte after the other. */
import {
  type Positions,
  type ScanBuffer,
  type StructuralIndex,
  makeMemory,
  makePositions,
  makeSpace,
  markLimit,
} from "../../src/parse/scan-buffer.ts";

const quote = 0x22;
const backslash = 0x5c;

/** Texts of which one stands in every record that may be Bedrock's: the name itself, or an escaped letter from ` to DEL. */
const needles = ["bedrock", "\\u006", "\\u007"] as const;

function collectHits(bytes: Buffer, length: number, hits: Positions): void {
  hits.count = 0;
  for (const needle of needles) {
    let at = bytes.indexOf(needle, 0, "latin1");
    while (at !== -1 && at < length) {
      makeSpace(hits, 1);
      hits.list[hits.count++] = at;
      at = bytes.indexOf(needle, at + 1, "latin1");
    }
  }
  hits.list.subarray(0, hits.count).sort();
}

/** Position of the quote that ends the string whose content starts at `at`, or `length`. */
function stringEnd(bytes: Buffer, at: number, length: number): number {
  let i = at;
  while (i < length) {
    const byte = bytes[i];
    if (byte === quote) return i;
    i += byte === backslash ? 2 : 1;
  }
  return length;
}

/** Puts the brackets at or above `level` into `marks` and says whether everything is closed. */
function collectMarks(bytes: Buffer, length: number, level: number, marks: Positions): boolean {
  marks.count = 0;
  let depth = 0;
  for (let i = 0; i < length; i++) {
    const byte = bytes[i];
    if (byte === quote) {
      i = stringEnd(bytes, i + 1, length);
      if (i >= length) return false;
    } else if (byte === backslash) {
      // Not JSON; but both scanners must agree on what follows.
      const next = bytes[i + 1];
      if (next === quote || next === backslash) i++;
    } else if (byte === 0x7b || byte === 0x5b) {
      if (depth++ > level) continue;
      makeSpace(marks, 1);
      marks.list[marks.count++] = i;
    } else if (byte === 0x7d || byte === 0x5d) {
      if (--depth > level) continue;
      makeSpace(marks, 1);
      marks.list[marks.count++] = i;
    } else continue;
    if (marks.count >= markLimit) return false;
  }
  return depth === 0;
}

export function makePlainScanBuffer(): ScanBuffer {
  const memory = makeMemory();
  const marks = makePositions();
  const hits = makePositions();
  return {
    reserve: (capacity: number): Buffer => memory.reserve(capacity),
    skim(length: number, level: number): StructuralIndex {
      const content = memory.reserve(length).subarray(0, length);
      collectHits(content, length, hits);
      const closed = collectMarks(content, length, level, marks);
      return { marks: marks.list, markCount: marks.count, hits: hits.list, hitCount: hits.count, closed };
    },
  };
}
