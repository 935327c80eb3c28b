/** The recognition of CloudTrail records, and of the other kinds of file that AWS leaves beside them. */
import { isObject } from "./json.ts";

/**
 * Every CloudTrail record names its service in `eventSource`; notifications of S3, SQS or Kinesis have a field of that name too, with
 * `aws:` in front. Aggregated events (`AwsAggregatedEvent`) are CloudTrail's, although they have no time of their own.
 */
export function isTrailRecord(value: unknown): boolean {
  if (!isObject(value) || foreignKind(value) !== null) return false;
  return typeof value.eventSource === "string" && !value.eventSource.startsWith("aws:");
}

/** Whether a record that was left as text, being of another service, is CloudTrail's. */
export function isTrailText(text: string): boolean {
  if (text.includes("\\u")) {
    try {
      return isTrailRecord(JSON.parse(text));
    } catch {
      return false;
    }
  }
  return /"eventSource"\s*:\s*"(?!aws:)/.test(text);
}

/** The kind of CloudTrail file other than a log of events that starts with this value, if any. */
export function foreignKind(value: unknown): string | null {
  if (!isObject(value)) return null;
  if (value.schemaType === "ModelInvocationLog") return "model invocation log";
  if (typeof value.digestStartTime === "string" && Array.isArray(value.logFiles)) return "CloudTrail digest";
  if (value.eventType === "AwsCloudTrailInsight" || value.eventCategory === "Insight")
    return "CloudTrail Insights events";
  return null;
}
