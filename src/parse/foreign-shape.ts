/** The names of other files found beside CloudTrail logs, for the reason of a quarantined file. */
import { type JsonObject, isObject } from "./json.ts";

interface Shape {
  readonly name: string;
  readonly matches: (value: JsonObject) => boolean;
}

const isText = (value: unknown): value is string => typeof value === "string";

/** Whether a notification comes from a service: `eventSource`, or `EventSource` in those of SNS. */
const notifies = (value: JsonObject, service: string): boolean =>
  value.eventSource === `aws:${service}` || value.EventSource === `aws:${service}`;

const shapes: readonly Shape[] = [
  { name: "S3 event notifications", matches: (value) => notifies(value, "s3") },
  { name: "SQS messages", matches: (value) => notifies(value, "sqs") || isText(value.ReceiptHandle) },
  { name: "SNS notifications", matches: (value) => notifies(value, "sns") || isText(value.TopicArn) },
  { name: "Kinesis records", matches: (value) => notifies(value, "kinesis") },
  { name: "EventBridge events that carry no CloudTrail record", matches: (value) => isText(value["detail-type"]) },
  {
    name: "an AWS Config snapshot or history",
    matches: (value) => Array.isArray(value.configurationItems) || isText(value.configSnapshotId),
  },
  {
    name: "GuardDuty findings",
    matches: (value) => isObject(value.service) && value.service.serviceName === "guardduty",
  },
  { name: "Security Hub findings", matches: (value) => isText(value.ProductArn) || Array.isArray(value.Findings) },
  {
    name: "OCSF records, as Security Lake writes them",
    matches: (value) => value.class_uid !== undefined && isObject(value.metadata),
  },
  { name: "WAF logs", matches: (value) => isText(value.webaclId) },
  { name: "Route 53 resolver query logs", matches: (value) => isText(value.query_name) && isText(value.srcaddr) },
  { name: "Network Firewall logs", matches: (value) => isText(value.firewall_name) },
  {
    name: "a CloudTrail Lake signature",
    matches: (value) => isText(value.hashSignature) && Array.isArray(value.files),
  },
  { name: "an IAM policy", matches: (value) => value.Statement !== undefined },
];

/** The kind of a file whose elements are not CloudTrail records, from the first one that is recognised. */
export function nameForeign(elements: readonly unknown[]): string {
  const objects = elements.filter(isObject);
  const shape = shapes.find(({ matches }) => objects.slice(0, 20).some(matches));
  if (shape !== undefined) return `is not a CloudTrail log: it holds ${shape.name}`;
  const keys = Object.keys(objects[0] ?? {})
    .slice(0, 5)
    .map((key) => key.slice(0, 40));
  const found = keys.length === 0 ? "" : `; the first has the fields ${keys.join(", ")}`;
  return `is not a CloudTrail log: none of its ${elements.length} elements is a CloudTrail record${found}`;
}

const magics: readonly (readonly [bytes: string, name: string])[] = [
  ["PAR1", "a Parquet file; load its rows with an engine that reads Parquet, such as Athena or Trino"],
  ["PK\u0003\u0004", "a zip archive; unpack it first"],
  ["BZh", "compressed with bzip2; unpack it first"],
  ["\u0028\u00b5\u002f\u00fd", "compressed with zstd; unpack it first"],
  ["\u00fd7zXZ", "compressed with xz; unpack it first"],
  ["Obj\u0001", "an Avro file"],
  ["ORC", "an ORC file"],
];

/** The kind of a file whose first bytes belong to a binary format; null where they could be text. */
export function nameOfBytes(content: Buffer, length: number): string | null {
  const start = content.toString("latin1", 0, Math.min(length, 8));
  const magic = magics.find(([bytes]) => start.startsWith(bytes));
  return magic === undefined ? null : `is not a CloudTrail log: it is ${magic[1]}`;
}
