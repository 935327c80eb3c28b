/** The conversion of a row of Athena or CloudTrail Lake, whose column names lost their capitals, back into a record. */
import { type JsonObject, isObject } from "./json.ts";

/** CloudTrail's names of the fields that are read; any other field keeps the name that it came with. */
const fieldNames: readonly string[] = [
  "eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode errorMessage",
  "requestParameters responseElements additionalEventData requestID eventID readOnly resources eventType apiVersion managementEvent",
  "recipientAccountId serviceEventDetails sharedEventID vpcEndpointId vpcEndpointAccountId eventCategory addendum",
  "sessionCredentialFromConsole edgeDeviceDetails tlsDetails insightDetails annotation",
  "type principalId arn accountId accessKeyId userName invokedBy identityProvider credentialId onBehalfOf userId identityStoreArn",
  "sessionContext sessionIssuer webIdFederationData federatedProvider attributes creationDate mfaAuthenticated sourceIdentity",
  "tlsVersion cipherSuite clientProvidedHostHeader reason updatedFields originalRequestID originalEventID",
].flatMap((line) => line.split(" "));

const canonical: ReadonlyMap<string, string> = new Map(fieldNames.map((name) => [name.toLowerCase(), name]));

/** Columns of objects or lists, which are read as JSON; any other notation would have to be guessed. */
const nested: ReadonlySet<string> = new Set([
  "userIdentity",
  "requestParameters",
  "responseElements",
  "additionalEventData",
  "resources",
  "serviceEventDetails",
  "addendum",
  "tlsDetails",
  "edgeDeviceDetails",
  "insightDetails",
]);

/** A row that cannot be read without guessing; the message is the reason for the quarantine. */
export class UnreadableRow extends Error {}

/** Whether an object has a record's fields as columns of a table, all in lower case. */
export function isTableRow(value: JsonObject): boolean {
  return typeof value.eventsource === "string" && value.eventSource === undefined;
}

/** The record in a row. @throws UnreadableRow when a nested value is not JSON */
export function recordOfRow(row: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      const name = canonical.get(column.toLowerCase()) ?? column;
      if (name === "eventTime") return [name, isoTime(value)];
      if (nested.has(name)) return [name, nestedValue(name, value)];
      return [name, value === "" || value === "null" ? null : value];
    }),
  );
}

/** The time in ISO 8601; Lake's timestamps are UTC with a blank in place of the T. */
function isoTime(value: unknown): unknown {
  if (typeof value !== "string") return value;
  return value.replace(/^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}(?:\.\d+)?)(?: UTC)?$/, "$1T$2Z");
}

function nestedValue(name: string, value: unknown): unknown {
  if (typeof value !== "string") return withNames(name, value);
  const text = value.trim();
  if (text === "" || text === "null") return null;
  try {
    return withNames(name, JSON.parse(text));
  } catch {
    throw new UnreadableRow(
      `is a result of Athena or CloudTrail Lake whose ${name} is not JSON ({key=value} cannot be read without guessing): select it as JSON, for example json_format(cast(${name} as json))`,
    );
  }
}

/** The free-form parts, whose names are the service's own and stay as they are. */
const freeForm: ReadonlySet<string> = new Set([
  "requestParameters",
  "responseElements",
  "additionalEventData",
  "serviceEventDetails",
]);

function withNames(name: string, value: unknown): unknown {
  return freeForm.has(name) ? value : renamed(value);
}

function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [canonical.get(key.toLowerCase()) ?? key, renamed(inner)]),
  );
}
