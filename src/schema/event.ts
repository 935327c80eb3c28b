/** The table `event`: one row for each Bedrock record that CloudTrail delivered. */
import { type Table, column } from "./column.ts";
import { callerColumns, errorColumns, modelColumns, tokenColumns } from "./shared-columns.ts";

export const eventTable = {
  name: "event",
  doc: "CloudTrail records about Bedrock, as delivered; the same eventID twice is one event",
  columns: [
    column("event_id", "text", "identifier of the record", "eventID"),
    column("event_time", "timestamp", "time of the record, UTC", "eventTime"),
    column("event_source", "text", "bedrock.amazonaws.com or bedrock-mantle.amazonaws.com", "eventSource"),
    column("event_name", "text", "operation as CloudTrail names it", "eventName"),
    column("event_type", "text", "AwsApiCall, AwsServiceEvent, ...", "eventType"),
    column("event_category", "text", "Management, Data or NetworkActivity", "eventCategory"),
    column("event_version", "text", "version of the record format", "eventVersion"),
    column("source_region", "text", "Region that was called", "awsRegion"),
    column("request_id", "text", "request as it stands", "requestID"),
    column("shared_event_id", "text", "links copies sent to several accounts", "sharedEventID"),
    column(
      "parent_request_id",
      "text",
      "of a completion: the request it completes",
      "serviceEventDetails.parentRequestId",
    ),
    column("addendum_reason", "text", "DELIVERY_DELAY, UPDATED_DATA or SERVICE_OUTAGE", "addendum.reason"),
    column("original_request_id", "text", "request that an addendum corrects", "addendum.originalRequestID"),
    column("original_event_id", "text", "event that an addendum corrects", "addendum.originalEventID"),
    column("record_kind", "text", "api-call, completion, network or other (not inference)"),
    column("invocation_key", "text", "invocation this event belongs to (R1); null if none"),
    column("operation", "text", "inference operation, other-inference for an unknown one; null if not inference"),
    column("streaming", "boolean", "the answer is streamed; null if not inference"),
    column("outcome", "text", "served, denied, throttled or failed, of this record alone (R3); null if not inference"),
    column(
      "inference_region",
      "text",
      "Region that AWS says served it",
      "additionalEventData.inferenceRegion or the completion's",
    ),
    column("additional_omitted", "boolean", "additionalEventData was left out for its size"),
    ...callerColumns,
    ...modelColumns,
    ...tokenColumns,
    ...errorColumns,
    column("object_uri", "text", "trail object that delivered the record first"),
    column("record_index", "integer", "position of the record in that object, from 0"),
  ],
} satisfies Table;
