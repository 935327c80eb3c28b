/** The table `invocation`: one row for each API request to a model, folded from its events. */
import { type Table, column } from "./column.ts";
import { callerColumns, errorColumns, modelColumns, tokenColumns } from "./shared-columns.ts";

export const invocationTable = {
  name: "invocation",
  doc: "API requests to a model; every record of a request is folded into one row (R1)",
  columns: [
    column("invocation_key", "text", "REGION/uuid, else REGION/shared:ID, else REGION/event:ID"),
    column("event_time", "timestamp", "time of the API call, else of its completion, UTC"),
    column("source_region", "text", "Region that was called"),
    column("served_region", "text", "Region that ran the inference; null if unknown or not served (R2)"),
    column(
      "region_evidence",
      "text",
      "api-call, stream-completion, invocation-log, direct, absence, pending or unresolvable",
    ),
    column("spilled", "boolean", "served Region known and not the source Region; null if unknown or not served"),
    column("outcome", "text", "served, denied, throttled or failed (R3)"),
    column("operation", "text", "inference operation, other-inference for an unknown one"),
    column("streaming", "boolean", "the answer is streamed"),
    ...callerColumns,
    ...modelColumns,
    ...tokenColumns,
    ...errorColumns,
    column("request_id", "text", "request identifier"),
    column("events", "integer", "distinct events folded into this invocation"),
    column("region_conflict", "boolean", "records of the invocation name different Regions"),
    column("object_uri", "text", "trail object of the leading record"),
    column("copies_disagree", "boolean", "API-call copies differ in error, model, principal or tokens (R1)"),
    column("completion_only", "boolean", "known only by its completion: the API call itself was never delivered"),
  ],
} satisfies Table;
