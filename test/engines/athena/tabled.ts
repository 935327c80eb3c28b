/** What a typed table shows of a record: a SerDe makes text of whatever stands in a text column, and null of what is not a row. */
import { isObject } from "../../../src/parse/json.ts";

const texts = [
  "eventVersion",
  "eventTime",
  "eventSource",
  "eventName",
  "awsRegion",
  "sourceIPAddress",
  "userAgent",
  "errorCode",
  "errorMessage",
  "requestID",
  "eventID",
  "eventType",
  "recipientAccountId",
  "sharedEventID",
  "vpcEndpointId",
  "eventCategory",
  "sessionCredentialFromConsole",
];

/** The record as a table of Athena shows it to SQL; equal to the record itself where CloudTrail keeps to its own types. */
export function tabled(record: unknown): unknown {
  if (!isObject(record)) return record;
  return {
    ...record,
    ...asTexts(record, texts),
    ...(record.userIdentity === undefined ? {} : { userIdentity: identityRow(record.userIdentity) }),
    ...(record.addendum === undefined
      ? {}
      : { addendum: row(record.addendum, ["reason", "originalRequestID", "originalEventID"]) }),
    ...(record.tlsDetails === undefined ? {} : { tlsDetails: row(record.tlsDetails, ["clientProvidedHostHeader"]) }),
    ...(Array.isArray(record.resources)
      ? { resources: record.resources.map((item: unknown) => resourceRow(item)) }
      : { resources: null }),
  };
}

function identityRow(value: unknown): unknown {
  if (!isObject(value)) return null;
  const context = value.sessionContext;
  return {
    ...value,
    ...asTexts(value, ["type", "principalId", "arn", "accountId", "invokedBy", "userName"]),
    onBehalfOf: row(value.onBehalfOf, ["userId"]),
    sessionContext: !isObject(context)
      ? null
      : { ...context, ...asTexts(context, ["sourceIdentity"]), sessionIssuer: row(context.sessionIssuer, ["arn"]) },
  };
}

function resourceRow(value: unknown): unknown {
  return isObject(value) ? { ...value, ...asTexts(value, ["ARN", "arn", "type"]) } : null;
}

function row(value: unknown, fields: readonly string[]): unknown {
  return isObject(value) ? { ...value, ...asTexts(value, fields) } : null;
}

function asTexts(value: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(fields.filter((field) => field in value).map((field) => [field, asText(value[field])]));
}

function asText(value: unknown): unknown {
  return value === null || value === undefined || typeof value === "string" ? value : JSON.stringify(value);
}
