/** The oracle of the short cut: everything is parsed, and the selection works on parsed records. */
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
    const found = documents(textOf(bytes));
    if (found.some((value) => typeof value !== "string" && (typeof value !== "object" || value === null)))
      return refused;
    if (found.some(hasNoList)) return refused;
    records = found.flatMap((value) => opened(value, 0));
  } catch {
    return refused;
  }
  if (records.length > 0 && records.every(isForeign)) return skipped;
  if (records.length > 0 && !records.some((record) => isForeign(record) || isOfTrail(record))) return refused;
  const kept: { index: number; record: unknown }[] = [];
  const rejected: number[] = [];
  records.forEach((record, index) => {
    if (!isBedrockRecord(record) || record.eventType === "AwsAggregatedEvent") return;
    if (isSoundRecord(record)) kept.push({ index, record });
    else rejected.push(index);
  });
  return { status: "loaded", records: records.length, kept, rejected };
}

/** An envelope whose list is none; a record may have a field of that name. */
function hasNoList(value: unknown): boolean {
  if (!isObject(value) || typeof value.eventSource === "string" || typeof value.CloudTrailEvent === "string")
    return false;
  const list = value.Records ?? value.Events;
  const isEnvelope = Array.isArray(value.Records === undefined ? value.Events : value.Records);
  return !isEnvelope && !isForeign(value) && list !== undefined && list !== null;
}

function isOfTrail(record: unknown): boolean {
  return isObject(record) && typeof record.eventSource === "string" && !record.eventSource.startsWith("aws:");
}

/** Envelopes, event histories and texts, one in the other. */
function opened(value: unknown, depth: number): unknown[] {
  if (typeof value === "string") {
    if (!/^\s*[{[]/.test(value)) return [value];
    try {
      return opened(JSON.parse(value), depth + 1);
    } catch (thrown) {
      if (/bedrock|\\u00[67]/.test(value)) throw thrown;
      return [value];
    }
  }
  if (Array.isArray(value)) {
    return value.flatMap((element: unknown) =>
      depth < 8 && (isObject(element) || typeof element === "string") ? opened(element, depth + 1) : [element],
    );
  }
  if (!isObject(value) || depth >= 8 || typeof value.eventSource === "string") return [value];
  const { Records, Events, CloudTrailEvent } = value;
  const list = Records === undefined ? Events : Records;
  if (Array.isArray(list)) return opened(list, depth + 1);
  return typeof CloudTrailEvent === "string" ? opened([CloudTrailEvent], depth + 1) : [value];
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

function isForeign(value: unknown): boolean {
  if (!isObject(value)) return false;
  const digest = typeof value.digestStartTime === "string" && Array.isArray(value.logFiles);
  const insight = value.eventType === "AwsCloudTrailInsight" || value.eventCategory === "Insight";
  return digest || insight || value.schemaType === "ModelInvocationLog";
}
