/** The record behind a row: found in its log file by the call's key, and compared with the row field by field. */
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import type { CsvRow } from "./csv-rows.ts";

type TrailRecord = Readonly<Record<string, unknown>>;

export interface FoundRecord {
  /** SHA-256 of the inflated bytes, hex. */
  readonly sha256: string;
  readonly record: TrailRecord | null;
  readonly differences: readonly string[];
}

const logSchema = z.object({ Records: z.array(z.record(z.string(), z.unknown())) });
const mostInflated = 1 << 30;

/** @throws Error for what is not a log file of CloudTrail's */
export function findRecord(bytes: Uint8Array, row: CsvRow): FoundRecord {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const content = isGzip ? gunzipSync(bytes, { maxOutputLength: mostInflated }) : Buffer.from(bytes);
  const sha256 = createHash("sha256").update(content).digest("hex");
  const log = logSchema.safeParse(JSON.parse(content.toString("utf8")));
  if (!log.success) throw new Error("it has no Records");
  const [region = "", ...rest] = (row["invocation_key"] ?? "").split("/");
  const id = rest.join("/").toLowerCase();
  const record =
    log.data.Records.filter((each) => each["awsRegion"] === region && idsOf(each).has(id)).toSorted(
      (a, b) => rankOf(a) - rankOf(b),
    )[0] ?? null;
  return { sha256, record, differences: record === null ? [] : differencesOf(record, row) };
}

/** All ids that can be the key of a record's call. */
function idsOf(record: TrailRecord): ReadonlySet<string> {
  const texts = [
    record["requestID"],
    field(record, "serviceEventDetails", "parentRequestId"),
    field(record, "addendum", "originalRequestID"),
  ];
  const named = [
    ["shared", record["sharedEventID"]],
    ["event", record["eventID"]],
    ["event", field(record, "addendum", "originalEventID")],
  ] as const;
  return new Set([
    ...texts.flatMap((text) => (typeof text === "string" ? [text.toLowerCase()] : [])),
    ...named.flatMap(([kind, text]) => (typeof text === "string" ? [`${kind}:${text.toLowerCase()}`] : [])),
  ]);
}

/** The rank of a record: the call itself before CloudTrail's additions. */
function rankOf({ eventType }: TrailRecord): number {
  return eventType === "AwsApiCall" ? 0 : 1;
}

function field(record: TrailRecord, outer: string, inner: string): unknown {
  const value = record[outer];
  // an object of the record: any field of it may be anything
  return typeof value === "object" && value !== null ? (value as TrailRecord)[inner] : undefined;
}

/** What the row says of the record that a reader can compare without knowing our rules. */
function differencesOf(record: TrailRecord, row: CsvRow): readonly string[] {
  const said: (readonly [name: string, record: unknown, row: string | undefined])[] = [
    ["source_region", record["awsRegion"], row["source_region"]],
  ];
  if (record["eventType"] === "AwsApiCall") {
    said.push(["event_time", timeOf(record["eventTime"]), timeOf(row["event_time"])]);
    said.push(["operation", record["eventName"], row["operation"]]);
    if (row["region_evidence"] === "api-call")
      said.push(["served_region", field(record, "additionalEventData", "inferenceRegion"), row["served_region"]]);
    if (typeof record["errorCode"] === "string") said.push(["error_code", record["errorCode"], row["error_code"]]);
  }
  return said.flatMap(([name, of, inRow]) =>
    of === inRow ? [] : [`${name} is ${String(of)} in the record and ${inRow ?? "nothing"} in the row`],
  );
}

function timeOf(value: unknown): string | undefined {
  const time = new Date(String(value));
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
