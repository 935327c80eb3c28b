/** The record of a model invocation log that a pack names: what is ever read of it, and never the prompt or the answer beside. */
import { afterByteOrderMark } from "../parse/byte-order-mark.ts";
import { inflateObject } from "../parse/inflate.ts";
import { type InvocationLogRow, logFields, toLogRow } from "../parse/invocation-log-record.ts";
import { type Fields, readObjects } from "../parse/json-fields.ts";
import { makeScanBuffer } from "../parse/kernel.ts";

export interface FoundLogRecord {
  readonly fields: Fields;
  readonly row: InvocationLogRow;
}

const mostInflated = 1 << 30;

/** Record `index` (from 0) of the object, or why it is none. @throws SyntaxError for what is not JSON */
export function findLogRecord(bytes: Uint8Array, index: number): FoundLogRecord | string {
  const buffer = makeScanBuffer();
  const { length, problem } = inflateObject(bytes, buffer, mostInflated);
  if (problem !== null) return problem;
  const content = buffer.reserve(length).subarray(0, length);
  const from = afterByteOrderMark(content);
  let at = 0;
  for (const fields of readObjects(content, from, logFields)) {
    if (at++ < index) continue;
    const read = fields === null ? { reason: "no object" } : toLogRow(fields);
    return "row" in read
      ? { fields: fields ?? {}, row: read.row }
      : `record ${index} is not an invocation log: ${read.reason}`;
  }
  return `it has only ${at} records`;
}
