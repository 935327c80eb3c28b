/** Owns the oracle of the short cut: everything is parsed, and the selection works on parsed records. */
import { gunzipSync } from "node:zlib";
import { isObject } from "../../src/parse/json.ts";
import { isBedrockRecord, isSoundRecord } from "../../src/parse/record.ts";

export interface OracleResult {
  readonly status: "loaded" | "skipped" | "quarantined";
  readonly records: number;
  readonly kept: readonly { readonly index: number; readonly record: unknown }[];
  readonly rejected: readonly number[];
}

const refused: OracleResult = { status: "quarantined", records: 0, kept: [], rejected: [] };
const skipped: OracleResult = { ...refused, status: "skipped" };

/** Reads bytes of the forms that tests make: one JSON value, or JSON lines. */
export function parseEverything(bytes: Uint8Array): OracleResult {
  let records: unknown[];
  try {
    records = documents(textOf(bytes)).flatMap(recordsOf);
  } catch {
    return refused;
  }
  if (records.length > 0 && records.every(isForeign)) return skipped;
  const kept: { index: number; record: unknown }[] = [];
  const rejected: number[] = [];
  try {
    records.map(unwrapped).forEach((record, index) => {
      if (!isBedrockRecord(record)) return;
      if (isSoundRecord(record)) kept.push({ index, record });
      else rejected.push(index);
    });
  } catch {
    return refused;
  }
  return { status: "loaded", records: records.length, kept, rejected };
}

function textOf(bytes: Uint8Array): string {
  const content = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  // The decoder drops a BOM.
  return new TextDecoder().decode(content);
}

function documents(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    if (lines.length === 0) throw new Error("empty");
    return lines.map((line): unknown => JSON.parse(line));
  }
}

function recordsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === "string") return [value];
  if (!isObject(value)) throw new Error("no log");
  const list = "Records" in value ? value.Records : value.Events;
  if (Array.isArray(list)) return list;
  if (list !== undefined) throw new Error("no list");
  const known = ["eventVersion", "eventSource", "eventName", "CloudTrailEvent"].some(
    (key) => typeof value[key] === "string",
  );
  if (known || isForeign(value)) return [value];
  throw new Error("no record");
}

function isForeign(value: unknown): boolean {
  if (!isObject(value)) return false;
  const digest = typeof value.digestStartTime === "string" && Array.isArray(value.logFiles);
  const insight = value.eventType === "AwsCloudTrailInsight" || value.eventCategory === "Insight";
  return digest || insight || value.schemaType === "ModelInvocationLog";
}

function unwrapped(element: unknown): unknown {
  const text = isObject(element) ? element.CloudTrailEvent : element;
  if (typeof text !== "string" || !/bedrock|\\u00[67]/.test(text)) return element;
  return isObject(element) || text.trimStart().startsWith("{") ? JSON.parse(text) : element;
}
