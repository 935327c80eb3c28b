/** The conversion of a sound Bedrock record into a row of the table `event`. */
import { completionEntries } from "./completion.ts";
import { noDenial, parseDenial } from "./denial.ts";
import { parseEventTime } from "./event-time.ts";
import { invocationKey } from "./invocation-key.ts";
import { type JsonObject, flagOrNull, nonEmpty, objectOrNull, textOrNull } from "./json.ts";
import { type ModelKind, decodeModelId, mantleModel, parseModelId, providerOf, resourceModelOf } from "./model-id.ts";
import {
  type CallOutcome,
  type RecordKind,
  bareErrorCode,
  inferenceOperation,
  isStreaming,
  outcomeOf,
  recordKind,
} from "./operation.ts";
import type { RowOf } from "../schema/column.ts";
import type { eventTable } from "../schema/event.ts";
import { readCaller } from "./principal.ts";
import type { BedrockRecord } from "./record.ts";
import { tokenCount } from "./tokens.ts";

/** The columns that a record fills; `object_uri` and `record_index` come from the reader of files. */
type RecordColumn = Exclude<(typeof eventTable.columns)[number], { readonly name: "object_uri" | "record_index" }>;

/** Columns that are never null, or have fewer values than their type. */
interface Narrower {
  readonly event_id: string;
  readonly event_time: number;
  readonly event_name: string;
  readonly source_region: string;
  readonly record_kind: RecordKind;
  readonly outcome: CallOutcome | null;
  readonly additional_omitted: boolean;
  readonly model_kind: ModelKind;
}

/** A row of the table `event`, each value by its column's name. */
export type EventRow = Omit<RowOf<RecordColumn>, keyof Narrower> & Narrower;

const nothing: JsonObject = {};

/** Makes the row. It runs for every Bedrock record: no validation, no spreading, one object of one shape. */
export function toEvent(record: BedrockRecord): EventRow {
  const source = textOrNull(record.eventSource);
  const isMantle = source === "bedrock-mantle.amazonaws.com";
  const eventType = textOrNull(record.eventType);
  const eventCategory = textOrNull(record.eventCategory);
  const parameters = record.requestParameters ?? nothing;
  const additional = record.additionalEventData ?? nothing;
  const details = record.serviceEventDetails ?? nothing;
  const addendum = objectOrNull(record.addendum) ?? nothing;
  const host = textOrNull(objectOrNull(record.tlsDetails)?.clientProvidedHostHeader);
  const errorCode = record.errorCode ?? null;
  const errorMessage = textOrNull(record.errorMessage);
  const requestId = record.requestID ?? null;
  const sharedEventId = record.sharedEventID ?? null;
  const parentRequestId = textOrNull(details.parentRequestId);
  const originalRequestId = textOrNull(addendum.originalRequestID);
  const originalEventId = textOrNull(addendum.originalEventID);

  const namedModel = decodeModelId(nonEmpty(parameters.modelId));
  const operation = inferenceOperation(record.eventName, source, namedModel, host);
  const kind = recordKind(operation, eventType, eventCategory);
  const outcome = outcomeOf(kind, errorCode);
  const denial = outcome === "denied" ? parseDenial(errorMessage, bareErrorCode(errorCode ?? "")) : noDenial;

  // A completion has its figures in its own payload; the usual place is the second choice.
  const entries = eventType === "AwsServiceEvent" ? completionEntries(details) : nothing;
  const caller = readCaller(record.userIdentity, record.recipientAccountId);
  const bearerFlag = flagOrNull(
    isMantle ? (parameters.callWithBearerToken ?? additional.callWithBearerToken) : additional.callWithBearerToken,
  );

  const modelId = isMantle ? decodeModelId(nonEmpty(parameters.model)) : namedModel;
  const resourceModel = resourceModelOf(record.resources);
  const reference = isMantle ? mantleModel(modelId, resourceModel) : parseModelId(modelId, resourceModel);
  const model = reference.model ?? (modelId === null ? denial.model : null);

  return {
    event_id: record.eventID,
    event_time: parseEventTime(record.eventTime) ?? Number.NaN,
    event_source: source,
    event_name: record.eventName,
    event_type: eventType,
    event_category: eventCategory,
    event_version: textOrNull(record.eventVersion),
    source_region: record.awsRegion,
    request_id: requestId,
    shared_event_id: sharedEventId,
    parent_request_id: parentRequestId,
    addendum_reason: textOrNull(addendum.reason),
    original_request_id: originalRequestId,
    original_event_id: originalEventId,
    record_kind: kind,
    invocation_key: invocationKey({
      kind,
      region: record.awsRegion,
      eventId: record.eventID,
      requestId,
      sharedEventId,
      parentRequestId,
      originalRequestId,
      originalEventId,
      errorCode,
    }),
    operation,
    streaming: operation === null ? null : isStreaming(operation, source, parameters.stream),
    outcome,
    inference_region: nonEmpty(entries.inferenceRegion) ?? nonEmpty(additional.inferenceRegion),
    additional_omitted: flagOrNull(additional.omitted) === true,
    account_id: caller.accountId,
    recipient_account_id: textOrNull(record.recipientAccountId),
    principal: caller.principal,
    principal_type: caller.principalType,
    principal_name: caller.principalName,
    session_name: caller.sessionName,
    source_identity: caller.sourceIdentity,
    invoked_by: caller.invokedBy,
    on_behalf_of: caller.onBehalfOf,
    source_ip: textOrNull(record.sourceIPAddress),
    user_agent: textOrNull(record.userAgent),
    vpc_endpoint_id: textOrNull(record.vpcEndpointId),
    host,
    via_console: flagOrNull(record.sessionCredentialFromConsole),
    bearer_token: caller.bedrockKeyUser ? true : bearerFlag,
    model_id: modelId,
    model_kind: reference.kind,
    profile_id: reference.profileId,
    profile_scope: reference.profileScope,
    model,
    provider: providerOf(model),
    input_tokens: tokenCount(entries.inputTokens) ?? tokenCount(additional.inputTokens),
    output_tokens: tokenCount(entries.outputTokens) ?? tokenCount(additional.outputTokens),
    cache_read_tokens: tokenCount(entries.cacheReadInputTokens) ?? tokenCount(additional.cacheReadInputTokens),
    cache_write_tokens: tokenCount(entries.cacheWriteInputTokens) ?? tokenCount(additional.cacheWriteInputTokens),
    error_code: errorCode,
    error_message: errorMessage,
    denied_region: denial.region,
    denied_by: denial.by,
    denied_explicit: denial.explicit,
    denied_policy_arn: denial.policyArn,
  };
}
