/** Reading one trail object: rows of its Bedrock records go into the batch, and all records are accounted for. */
import { afterByteOrderMark } from "./byte-order-mark.ts";
import { type Elements, findElements } from "./envelope.ts";
import type { EventBatch } from "./event-batch.ts";
import { toEvent } from "./event.ts";
import { inflateObject } from "./inflate.ts";
import { type AggregatedCalls, aggregatedCalls, isAggregated } from "./aggregated-event.ts";
import { isObject, jsonProblem } from "./json.ts";
import { unwrap } from "./record-wrappers.ts";
import { isTrailRecord } from "./trail-record.ts";
import { isBedrockRecord, isSoundRecord } from "./record.ts";
import { releaseAfter, threadScanBuffer } from "./thread-buffer.ts";
import { readValues, wholeLimit } from "./values.ts";
import type { ScanBuffer } from "./scan-buffer.ts";
import { type StoredSeal, storedSeal } from "./seal.ts";

export interface RejectedRecord {
  /** Position of the record in the object, from 0. */
  readonly index: number;
  readonly reason: string;
  readonly eventId: string | null;
}

/** `records = bedrock + other + rejected.length`; an object that was not loaded has no records. */
export interface ParsedObject {
  readonly status: "loaded" | "skipped" | "quarantined";
  /** The reason why it was not loaded. */
  readonly reason: string | null;
  readonly records: number;
  /** Bedrock records handed to the batch. */
  readonly bedrock: number;
  readonly other: number;
  readonly rejected: readonly RejectedRecord[];
  /** Counts of Bedrock calls that CloudTrail delivered without their records; the aggregated events themselves are among `other`. */
  readonly aggregated: readonly AggregatedCalls[];
  /** Bytes after inflating, 0 if that failed. */
  readonly rawBytes: number;
  /** Of the Bedrock records: those whose eventVersion has another major than 1. */
  readonly otherMajor: number;
  /** The seal, if it was asked for. */
  readonly seal?: StoredSeal;
}

export interface ParseOptions {
  /** Inflated bytes above which an object is quarantined, against decompression bombs. */
  readonly maxRawBytes: number;
  /** Memory for tests; default: the thread's own. */
  readonly scanBuffer?: ScanBuffer;
  /** Whether to take the hashes that CloudTrail's digests are compared with. */
  readonly seal?: boolean;
}

export const defaultParseOptions: ParseOptions = { maxRawBytes: 512 << 20 };

/** The records picked from one object. */
interface PickedRecords {
  readonly batch: EventBatch;
  readonly objectUri: string;
  readonly rejected: RejectedRecord[];
  readonly aggregated: AggregatedCalls[];
  otherMajor: number;
}

/** Reads an object and appends the rows of its Bedrock records to `batch`, all or none. It never throws because of the bytes. */
export function parseTrailObject(
  bytes: Uint8Array,
  objectUri: string,
  batch: EventBatch,
  options: ParseOptions = defaultParseOptions,
): ParsedObject {
  const scanBuffer = options.scanBuffer ?? threadScanBuffer();
  const { length, problem } = inflateObject(bytes, scanBuffer, options.maxRawBytes);
  const content = problem === null ? scanBuffer.reserve(length) : null;
  const parsed =
    content === null
      ? setAside("quarantined", problem ?? "", 0)
      : parseContent(content, length, objectUri, batch, scanBuffer);
  releaseAfter(length);
  if (options.seal !== true) return parsed;
  // A new view: the memory may have moved during the search.
  const inflated = content === null ? null : scanBuffer.reserve(length).subarray(0, length);
  return { ...parsed, seal: storedSeal(bytes, inflated, options.maxRawBytes) };
}

function parseContent(
  content: Buffer,
  length: number,
  objectUri: string,
  batch: EventBatch,
  scanBuffer: ScanBuffer,
): ParsedObject {
  const before = batch.length;
  let picked: PickedRecords = { batch, objectUri, rejected: [], aggregated: [], otherMajor: 0 };
  let records: number;
  try {
    const from = afterByteOrderMark(content);
    const elements = findElements(content, from, length, scanBuffer);
    const count = elements === null ? undefined : pickElements(content, elements, picked);
    if (count === undefined) {
      batch.truncate(before);
      picked = { batch, objectUri, rejected: [], aggregated: [], otherMajor: 0 };
      const contents = readValues(content, from, length);
      if (contents.kind !== "records") return setAside(contents.kind, contents.reason, length);
      records = pickValues(contents.records, picked);
    } else records = count;
  } catch (thrown) {
    // Rows go into the batch at once, while they are in the cache; those of a bad object are removed again.
    batch.truncate(before);
    return setAside("quarantined", `is not JSON: ${jsonProblem(thrown)}`, length);
  }
  const bedrock = batch.length - before;
  const { rejected, aggregated, otherMajor } = picked;
  const other = records - bedrock - rejected.length;
  return {
    status: "loaded",
    reason: null,
    records,
    bedrock,
    other,
    rejected,
    aggregated,
    rawBytes: length,
    otherMajor,
  };
}

export function setAside(status: "skipped" | "quarantined", reason: string, rawBytes: number): ParsedObject {
  return { status, reason, records: 0, bedrock: 0, other: 0, rejected: [], aggregated: [], rawBytes, otherMajor: 0 };
}

/** Parses the records that hold a needle and counts them all; undefined if the file has to be read the slow way. */
function pickElements(content: Buffer, elements: Elements, picked: PickedRecords): number | undefined {
  const { structuralIndex, first, count } = elements;
  const { marks, hits, hitCount } = structuralIndex;
  if (!startsAsLog(content, elements)) return undefined;
  let hit = 0;
  for (let index = 0; index < count && hit < hitCount; index++) {
    const end = marks[first + 2 * index + 1] ?? 0;
    if ((hits[hit] ?? 0) > end) continue;
    const found = (hits[hit] ?? 0) >= (marks[first + 2 * index] ?? 0);
    while (hit < hitCount && (hits[hit] ?? 0) <= end) hit++;
    if (!found) continue;
    const record = cut(content, marks, first + 2 * index);
    if (!isTrailRecord(record) && isObject(record) && unwrap(record) !== undefined) return undefined;
    pick(record, index, picked);
  }
  return count;
}

/** Whether the first recognised element is a CloudTrail record: the file is a log then, and the others need no check. */
function startsAsLog(content: Buffer, { structuralIndex, first, count }: Elements): boolean {
  for (let index = 0; index < count; index++) {
    let record: unknown;
    try {
      record = cut(content, structuralIndex.marks, first + 2 * index);
    } catch {
      // broken JSON in a record is noticed only if it may be Bedrock's
      continue;
    }
    if (isTrailRecord(record)) return true;
    if (isObject(record) && unwrap(record) !== undefined) return false;
  }
  return count === 0;
}

function cut(content: Buffer, marks: Uint32Array, at: number): unknown {
  const start = marks[at] ?? 0;
  const end = (marks[at + 1] ?? 0) + 1;
  if (end - start > wholeLimit) throw new Error(`record of ${end - start} bytes`);
  return JSON.parse(content.toString("utf8", start, end));
}

function pickValues(records: readonly unknown[], picked: PickedRecords): number {
  records.forEach((record, index) => pick(record, index, picked));
  return records.length;
}

/** Adds a Bedrock record to the picked or the rejected ones; skips any other. */
function pick(record: unknown, index: number, picked: PickedRecords): void {
  if (!isBedrockRecord(record)) return;
  if (isAggregated(record)) {
    picked.aggregated.push(...aggregatedCalls(record));
    return;
  }
  if (!isSoundRecord(record)) {
    const eventId = typeof record.eventID === "string" ? record.eventID : null;
    const rejected: RejectedRecord = { index, reason: "a field has the wrong type", eventId };
    rejectedRecords.set(rejected, record);
    picked.rejected.push(rejected);
    return;
  }
  if (typeof record.eventVersion === "string" && !record.eventVersion.startsWith("1.")) picked.otherMajor++;
  picked.batch.append(toEvent(record), picked.objectUri, index);
}

const rejectedRecords = new WeakMap<RejectedRecord, unknown>();

/** The object with the exact fault of each rejected record; loads the schema, which takes a while, only if there is one. */
export async function explainRejected(parsed: ParsedObject): Promise<ParsedObject> {
  if (parsed.rejected.length === 0) return parsed;
  const { explainRejection } = await import("./record-schema.ts");
  const rejected = parsed.rejected.map((each) => ({ ...each, reason: explainRejection(rejectedRecords.get(each)) }));
  return { ...parsed, rejected };
}
