/** The selection of Bedrock's records, and of those that are sound enough to count (R8). */
import { parseEventTime } from "./event-time.ts";
import { isObject, type JsonObject } from "./json.ts";

/** A CloudTrail record that passed `isSoundRecord`; fields not named here have any type. */
export interface BedrockRecord extends JsonObject {
  readonly eventTime: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly eventID: string;
  readonly requestID?: string | null;
  readonly sharedEventID?: string | null;
  readonly errorCode?: string | null;
  readonly userIdentity?: JsonObject | null;
  readonly requestParameters?: JsonObject | null;
  readonly additionalEventData?: JsonObject | null;
  readonly serviceEventDetails?: JsonObject | null;
}

const bedrockSources = ["bedrock.amazonaws.com", "bedrock-mantle.amazonaws.com"] as const;

/** Whether a record is about Bedrock. */
export function isBedrockRecord(record: unknown): record is JsonObject {
  if (!isObject(record)) return false;
  return record.eventSource === bedrockSources[0] || record.eventSource === bedrockSources[1];
}

/** Whether no field of a Bedrock record has a type that would make a wrong number; `explainRejection` says which one does. */
export function isSoundRecord(record: unknown): record is BedrockRecord {
  return (
    isObject(record) &&
    isNonEmptyText(record.eventName) &&
    isNonEmptyText(record.awsRegion) &&
    isNonEmptyText(record.eventID) &&
    isTextOrAbsent(record.requestID) &&
    isTextOrAbsent(record.sharedEventID) &&
    isTextOrAbsent(record.errorCode) &&
    isObjectOrAbsent(record.userIdentity) &&
    isSoundPart(record.requestParameters, "modelId") &&
    isSoundPart(record.additionalEventData, "inferenceRegion") &&
    isSoundPart(record.serviceEventDetails, "parentRequestId") &&
    isSoundCompletion(record.serviceEventDetails) &&
    parseEventTime(record.eventTime) !== null
  );
}

function isNonEmptyText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || value === null || typeof value === "string";
}

function isObjectOrAbsent(value: unknown): boolean {
  return value === undefined || value === null || isObject(value);
}

/** Whether the part is an object or absent, and its field a text or absent. */
function isSoundPart(part: unknown, field: string): boolean {
  return part === undefined || part === null || (isObject(part) && isTextOrAbsent(part[field]));
}

/** Whether the Region of a completion is sound, in either spelling and shape. */
function isSoundCompletion(details: unknown): boolean {
  if (!isObject(details)) return true;
  return hasSoundEntries(details.AdditionalEventData) && hasSoundEntries(details.additionalEventData);
}

function hasSoundEntries(additional: unknown): boolean {
  if (!isObject(additional)) return true;
  const entries = additional.additionalEntries;
  if (!Array.isArray(entries)) return !isObject(entries) || isTextOrAbsent(entries.inferenceRegion);
  return entries.every((pair) => !isObject(pair) || pair.key !== "inferenceRegion" || isTextOrAbsent(pair.value));
}
