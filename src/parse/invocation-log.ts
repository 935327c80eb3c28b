/** Reading one object of model invocation logs: rows of identifiers, times and counts; prompts and completions are skipped. */
import { afterByteOrderMark } from "./byte-order-mark.ts";
import { inflateObject } from "./inflate.ts";
import { type Fields, readObjects } from "./json-fields.ts";
import type { RowBatch } from "./event-batch.ts";
import { type InvocationLogRow, logFields, toLogRow } from "./invocation-log-record.ts";
import { releaseAfter, threadScanBuffer } from "./thread-buffer.ts";
import { type ParseOptions, type ParsedObject, type RejectedRecord, setAside } from "./trail-object.ts";

/** Reads an object and appends its rows to `batch`, all or none. `bedrock` counts the records kept. */
export function parseInvocationLogs(
  bytes: Uint8Array,
  objectUri: string,
  batch: RowBatch<InvocationLogRow>,
  options: ParseOptions,
): ParsedObject {
  const scanBuffer = options.scanBuffer ?? threadScanBuffer();
  const { length, problem } = inflateObject(bytes, scanBuffer, options.maxRawBytes);
  if (problem !== null) return setAside("quarantined", problem, 0);
  const content = scanBuffer.reserve(length).subarray(0, length);
  const before = batch.length;
  try {
    return parseContent(content, objectUri, batch);
  } catch (thrown) {
    batch.truncate(before);
    if (!(thrown instanceof SyntaxError)) throw thrown;
    return setAside("quarantined", `is not JSON: ${thrown.message}`, length);
  } finally {
    releaseAfter(length);
  }
}

function parseContent(content: Buffer, objectUri: string, batch: RowBatch<InvocationLogRow>): ParsedObject {
  const before = batch.length;
  const from = afterByteOrderMark(content);
  const rejected: RejectedRecord[] = [];
  let records = 0;
  let trail = 0;
  let subscription = 0;
  for (const fields of readObjects(content, from, logFields)) {
    const index = records++;
    if (fields?.["schemaType"] !== "ModelInvocationLog") {
      if (isOfTrail(fields)) trail++;
      else if (fields?.["logEvents"] !== undefined) subscription++;
      continue;
    }
    const read = toLogRow(fields);
    if ("row" in read) batch.append(read.row, objectUri, index);
    else rejected.push({ index, reason: read.reason, eventId: null });
  }
  const bedrock = batch.length - before;
  const rawBytes = content.length;
  if (bedrock + rejected.length === 0) return whatElse({ records, trail, subscription, rawBytes });
  const other = records - bedrock - rejected.length;
  return { status: "loaded", reason: null, records, bedrock, other, rejected, aggregated: [], rawBytes, otherMajor: 0 };
}

function isOfTrail(fields: Fields | null): boolean {
  return fields !== null && (fields["eventSource"] !== undefined || fields["Records"] !== undefined);
}

interface Contents {
  readonly records: number;
  readonly trail: number;
  readonly subscription: number;
  readonly rawBytes: number;
}

/** The kind of a file without any invocation log; nothing of its content is repeated. */
function whatElse({ records, trail, subscription, rawBytes }: Contents): ParsedObject {
  if (records > 0 && trail === records) return setAside("skipped", "CloudTrail log", rawBytes);
  if (subscription > 0)
    return setAside(
      "quarantined",
      "is not a model invocation log: it holds events of a CloudWatch log group; Spillway reads the logs that Bedrock writes to S3",
      rawBytes,
    );
  const none = records === 0 ? "it holds no JSON object" : `none of its ${records} elements is one`;
  return setAside("quarantined", `is not a model invocation log: ${none}`, rawBytes);
}
