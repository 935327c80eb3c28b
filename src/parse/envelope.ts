/** Finding the records of a log file without parsing it: CloudTrail's own envelope, or a list of records. */
import { isBlank, skipBlanks } from "./values.ts";
import type { StructuralIndex, ScanBuffer } from "./scan-buffer.ts";

/** The records of a list: number k goes from `marks[first + 2 k]` to `marks[first + 2 k + 1]`, both brackets included. */
export interface Elements {
  readonly structuralIndex: StructuralIndex;
  readonly first: number;
  readonly count: number;
}

const open = { object: 0x7b, list: 0x5b } as const;
const close = { object: 0x7d, list: 0x5d } as const;
const comma = 0x2c;
const key = Buffer.from('"Records"');

/** The place where the list of records opens if the text starts with `{"Records":[` in any layout, else -1. */
function listOfEnvelope(bytes: Buffer, from: number, length: number): number {
  let at = skipBlanks(bytes, from + 1, length);
  if (key.compare(bytes, at, Math.min(length, at + key.length)) !== 0) return -1;
  at = skipBlanks(bytes, at + key.length, length);
  if (bytes[at] !== 0x3a) return -1;
  at = skipBlanks(bytes, at + 1, length);
  return at < length && bytes[at] === open.list ? at : -1;
}

/** Whether the text between two records is one comma and blanks. */
function isSeparator(bytes: Buffer, from: number, to: number): boolean {
  if (to - from === 1) return bytes[from] === comma;
  let commas = 0;
  for (let i = from; i < to; i++) {
    if (bytes[i] === comma) commas++;
    else if (!isBlank(bytes[i])) return false;
  }
  return commas === 1;
}

function isAllBlank(bytes: Buffer, from: number, to: number): boolean {
  return skipBlanks(bytes, from, to) === to;
}

/**
 * The records of a file in CloudTrail's envelope or in a bare list, if all around them is as it should be.
 * Otherwise null: the text has to be parsed as a whole, which also shows what is wrong with it.
 */
export function findElements(bytes: Buffer, from: number, length: number, scanBuffer: ScanBuffer): Elements | null {
  const start = skipBlanks(bytes, from, length);
  const enveloped = bytes[start] === open.object;
  const list = enveloped ? listOfEnvelope(bytes, start, length) : start;
  if (list === -1 || bytes[list] !== open.list) return null;

  const structuralIndex = scanBuffer.skim(length, enveloped ? 2 : 1);
  const { marks, markCount } = structuralIndex;
  const first = enveloped ? 2 : 1;
  if (!structuralIndex.closed || markCount < 2 * first || markCount % 2 !== 0 || marks[first - 1] !== list) return null;
  const last = markCount - first;
  let gap = list + 1;
  for (let i = first; i < last; i += 2) {
    const opens = marks[i] ?? 0;
    const closes = marks[i + 1] ?? 0;
    if (bytes[opens] !== open.object || bytes[closes] !== close.object) return null;
    if (i === first ? !isAllBlank(bytes, gap, opens) : !isSeparator(bytes, gap, opens)) return null;
    gap = closes + 1;
  }
  const listEnd = marks[last] ?? 0;
  if (bytes[listEnd] !== close.list || !isAllBlank(bytes, gap, listEnd)) return null;
  if (!enveloped)
    return isAllBlank(bytes, listEnd + 1, length) ? { structuralIndex, first, count: (last - first) / 2 } : null;
  const end = marks[last + 1] ?? 0;
  if (bytes[end] !== close.object || !isAllBlank(bytes, listEnd + 1, end) || !isAllBlank(bytes, end + 1, length))
    return null;
  return { structuralIndex, first, count: (last - first) / 2 };
}
