/** Owns the slow way: JSON text in any other form, parsed as a whole into records. */
import { messageOf } from "../errors.ts";
import { type JsonObject, isObject } from "./json.ts";

export type Contents =
  | { readonly kind: "records"; readonly records: readonly unknown[] }
  | { readonly kind: "skipped" | "quarantined"; readonly reason: string };

/** A value above this is not parsed: tiny objects take twenty times their text in memory. */
export const wholeLimit: number = 64 << 20;

const recordKeys = ["eventVersion", "eventSource", "eventName", "CloudTrailEvent"] as const;

function quarantined(reason: string): Contents {
  return { kind: "quarantined", reason };
}

/** Blank in JSON. No other character is: U+2028 ends no line. */
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

/** Where the value that starts at `from` ends; the parser decides whether it is one. */
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

/** What kind of file that is no trail log starts with this value, if any. */
export function foreignKind(value: unknown): string | null {
  if (!isObject(value)) return null;
  if (value.schemaType === "ModelInvocationLog") return "model invocation log";
  if (typeof value.digestStartTime === "string" && Array.isArray(value.logFiles)) return "CloudTrail digest";
  if (value.eventType === "AwsCloudTrailInsight" || value.eventCategory === "Insight")
    return "CloudTrail Insights events";
  return null;
}

/** The records in one top-level value: an envelope, a list, or a single record; a text says why there are none. */
function recordsIn(value: unknown): readonly unknown[] | string {
  if (Array.isArray(value)) return value;
  if (typeof value === "string") return [value];
  if (!isObject(value)) return "is no CloudTrail log: neither an object nor a list";
  const list = listOf(value);
  if (Array.isArray(list)) return list;
  if (list !== undefined) return "is no CloudTrail log: Records is no list";
  if (recordKeys.some((key) => typeof value[key] === "string") || foreignKind(value) !== null) return [value];
  return "is no CloudTrail log: it has no Records";
}

/** `Records` of a log file, or `Events` of `aws cloudtrail lookup-events`. */
function listOf(value: JsonObject): unknown {
  return value.Records === undefined ? value.Events : value.Records;
}

/** All records of a text that is one JSON value, or several with blanks between them (JSON lines). */
export function readValues(bytes: Buffer, from: number, length: number): Contents {
  const records: unknown[] = [];
  let at = skipBlanks(bytes, from, length);
  if (at === length) return quarantined("file is empty");
  while (at < length) {
    const end = endOfValue(bytes, at, length);
    if (end - at > wholeLimit)
      return quarantined(`JSON value of ${end - at} bytes is too large to be read in this form`);
    let value: unknown;
    try {
      value = JSON.parse(bytes.toString("utf8", at, end));
    } catch (thrown) {
      return quarantined(`is no JSON: ${messageOf(thrown).slice(0, 200)}`);
    }
    const found = recordsIn(value);
    if (typeof found === "string") return quarantined(found);
    for (const record of found) records.push(record);
    at = skipBlanks(bytes, end, length);
  }
  return setForeignAside(records);
}

/** Files that hold nothing but records of another kind are skipped, with the kind as reason. */
export function setForeignAside(records: readonly unknown[]): Contents {
  const kind = foreignKind(records[0]);
  if (kind !== null && records.every((record) => foreignKind(record) === kind))
    return { kind: "skipped", reason: kind };
  return { kind: "records", records };
}
