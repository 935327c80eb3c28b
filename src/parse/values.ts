/** The slow way for text not in CloudTrail's own form: it is parsed as a whole into records. */
import { messageOf } from "../errors.ts";
import { readCsv } from "./csv-text.ts";
import { nameForeign, nameOfBytes } from "./foreign-shape.ts";
import { isObject, jsonProblem } from "./json.ts";
import { columnOfRecord, unwrap } from "./record-wrappers.ts";
import { UnreadableRow } from "./table-row.ts";
import { foreignKind, isTrailRecord, isTrailText } from "./trail-record.ts";

export type Contents =
  /** Records; those not about Bedrock may be left as text. */
  | { readonly kind: "records"; readonly records: readonly unknown[] }
  | { readonly kind: "skipped" | "quarantined"; readonly reason: string };

/** The size above which a value is not parsed: tiny objects take twenty times their text in memory. */
export const wholeLimit: number = 64 << 20;

const needlePattern = /bedrock|\\u00[67]/;

/** The deepest nesting of envelopes: text in an event of a log group that came through a bus, in a list. */
const deepest = 8;

function quarantined(reason: string): Contents {
  return { kind: "quarantined", reason };
}

/** Whether a byte is white space in JSON, where U+2028, for example, is not. */
export function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

export function skipBlanks(bytes: Uint8Array, from: number, length: number): number {
  let at = from;
  while (at < length && isBlank(bytes[at])) at++;
  return at;
}

function endOfString(bytes: Uint8Array, open: number, length: number): number {
  for (let i = open + 1; i < length; i++) {
    if (bytes[i] === 0x5c) i++;
    else if (bytes[i] === 0x22) return i + 1;
  }
  return length;
}

/** The end of the value that starts at `from`; the parser decides whether it is one. */
function endOfValue(bytes: Uint8Array, from: number, length: number): number {
  let depth = 0;
  for (let i = from; i < length; i++) {
    const byte = bytes[i];
    if (byte === 0x22) {
      i = endOfString(bytes, i, length) - 1;
      if (depth === 0) return i + 1;
    } else if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) {
      if (--depth <= 0) return i + 1;
    } else if (depth === 0 && isBlank(byte)) return i;
  }
  return length;
}

/** Adds the elements of a value to `into`, opening whatever wraps them. Returns a reason if there are none. */
function collect(value: unknown, into: unknown[], depth = 0): string | null {
  if (typeof value === "string") return collectText(value, into, depth);
  if (Array.isArray(value)) {
    for (const element of value) {
      const isWrapped = depth < deepest && (isObject(element) || typeof element === "string");
      if (isWrapped) collect(element, into, depth + 1);
      else into.push(element);
    }
    return null;
  }
  if (!isObject(value)) return "is not a CloudTrail log: neither an object nor a list";
  const inside = depth < deepest ? unwrap(value) : undefined;
  if (inside !== undefined) return collect(inside, into, depth + 1);
  if (depth === 0 && !isTrailRecord(value) && foreignKind(value) === null) {
    const list = value.Records ?? value.Events;
    if (list !== undefined && list !== null) return "is not a CloudTrail log: Records is not a list";
  }
  into.push(value);
  return null;
}

/** Adds the elements of a text, which is parsed only if it may be about Bedrock. Text that is not JSON is an element too. */
function collectText(text: string, into: unknown[], depth: number): null {
  const mayBeBedrock = needlePattern.test(text);
  const isRecord = /^\s*[{[]/.test(text) || (mayBeBedrock && text.includes('"eventSource"'));
  const isOther = !mayBeBedrock && /^\s*\{\s*"eventVersion"/.test(text);
  let value: unknown;
  try {
    value = isRecord && !isOther ? JSON.parse(text) : undefined;
  } catch (thrown) {
    if (mayBeBedrock) throw thrown;
  }
  if (value === undefined) into.push(text);
  else collect(value, into, depth + 1);
  return null;
}

/** An export task of CloudWatch Logs, or `aws logs tail`, puts time (and stream) in front of each event. */
const stamp = /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})\s+(?:[^\s{]+\s+)?(?=\{)/;
const longestStamp = 300;

function skipStamp(bytes: Buffer, at: number, length: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x30 || first > 0x39) return at;
  const found = stamp.exec(bytes.toString("latin1", at, Math.min(length, at + longestStamp)));
  return found === null ? at : at + found[0].length;
}

/** All records of a text: one JSON value, several with or without blanks between them, or a table with a header. */
export function readValues(bytes: Buffer, from: number, length: number): Contents {
  let at = skipBlanks(bytes, from, length);
  if (at === length) return quarantined("file is empty");
  const named = nameOfBytes(bytes, length);
  if (named !== null) return quarantined(named);
  const records: unknown[] = [];
  let isControl = false;
  try {
    if (isTable(bytes, at, length)) return readTable(bytes, at, length);
    while (at < length) {
      at = skipStamp(bytes, at, length);
      const end = endOfValue(bytes, at, length);
      if (end - at > wholeLimit)
        return quarantined(`JSON value of ${end - at} bytes is too large to be read in this form`);
      const value: unknown = JSON.parse(bytes.toString("utf8", at, end));
      isControl ||= isObject(value) && value.messageType === "CONTROL_MESSAGE";
      const problem = collect(value, records);
      if (problem !== null) return quarantined(problem);
      at = skipBlanks(bytes, end, length);
    }
  } catch (thrown) {
    if (thrown instanceof UnreadableRow) return quarantined(thrown.message);
    return quarantined(`is not JSON: ${jsonProblem(thrown)}`);
  }
  if (records.length === 0 && isControl) return { kind: "skipped", reason: "CloudWatch Logs control message" };
  return judge(records);
}

/** Whether the first line is a header with a column of a record, and not JSON. */
function isTable(bytes: Buffer, at: number, length: number): boolean {
  if (bytes[at] === 0x7b || bytes[at] === 0x5b) return false;
  const [line = ""] = bytes.toString("utf8", at, Math.min(length, at + 8192)).split(/\r?\n/, 1);
  const names = line.split(",").map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
  return names.some((name) => /^(?:eventsource|_raw|event\.original|cloudtrailevent|@?message)$/i.test(name));
}

function readTable(bytes: Buffer, at: number, length: number): Contents {
  if (length - at > wholeLimit)
    return quarantined(`table of ${length - at} bytes is too large to be read in this form`);
  let rows: ReturnType<typeof readCsv>;
  try {
    rows = readCsv(bytes.toString("utf8", at, length));
  } catch (thrown) {
    return quarantined(`is not a table in CSV: ${messageOf(thrown)}`);
  }
  const records: unknown[] = [];
  for (const row of rows) collect(columnOfRecord(row), records, 1);
  return judge(records);
}

/**
 * Files with only records of another kind are skipped, with the kind as reason; a file without a single CloudTrail
 * record is called what it is: "loaded, no records" would pass for a quiet day.
 */
function judge(records: readonly unknown[]): Contents {
  const kind = foreignKind(records[0]);
  if (kind !== null && records.every((record) => foreignKind(record) === kind))
    return { kind: "skipped", reason: kind };
  const isLog = records.length === 0 || records.some(isElement);
  return isLog ? { kind: "records", records } : quarantined(nameForeign(records));
}

function isElement(element: unknown): boolean {
  return typeof element === "string" ? isTrailText(element) : isTrailRecord(element) || foreignKind(element) !== null;
}
