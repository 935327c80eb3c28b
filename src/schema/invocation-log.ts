/** The tables of model invocation logs: the fields that are read, and the ledger of their objects. */
import { type Table, column, personal } from "./column.ts";
import { listedRangeTable } from "./coverage-tables.ts";

export const invocationLogTable: Table = {
  name: "invocation_log",
  doc: "Records of model invocation logs, without prompts, completions and requestMetadata, which are never read; one row for each request",
  columns: [
    column("request_id", "text", "request, in lower case", "requestId"),
    column("invocation_key", "text", "REGION/uuid: the invocation it is about; null if the request id is not a UUID"),
    column("account_id", "text", "account of the caller", "accountId"),
    column("source_region", "text", "Region that was called", "region"),
    column("event_time", "timestamp", "time of the request, UTC", "timestamp"),
    column("inference_region", "text", "Region that the log says served it; null: it says nothing", "inferenceRegion"),
    personal("text", column("model_id", "text", "model identifier as logged", "modelId")),
    column("operation", "text", "operation as logged", "operation"),
    column("error_code", "text", "error of a request that was not served, null without one", "errorCode"),
    column("input_tokens", "bigint", "input tokens, without those of the cache", "input.inputTokenCount"),
    column("output_tokens", "bigint", "output tokens", "output.outputTokenCount"),
    column("cache_read_tokens", "bigint", "input tokens read from the prompt cache", "input.cacheReadInputTokenCount"),
    column(
      "cache_write_tokens",
      "bigint",
      "input tokens written to the prompt cache",
      "input.cacheWriteInputTokenCount",
    ),
    personal(
      "person",
      column("identity_arn", "text", "session or user that called; often personal data", "identity.arn"),
    ),
    column("object_uri", "text", "log object that the row was read from"),
    column("record_index", "integer", "position of the record in that object, from 0"),
  ],
};

/** The ledger of invocation logs, apart from that of trail objects, whose coverage they do not affect. */
export const invocationLogObjectTable: Table = {
  name: "invocation_log_object",
  doc: "Objects of model invocation logs and what came of them; an object replaced later has a row for each ETag",
  columns: [
    column("uri", "text", "s3://BUCKET/KEY, or file:///PATH of a folder's file"),
    column("etag", "text", "version of the object: S3 ETag, or size and modification time of a file"),
    column("size", "bigint", "bytes as stored"),
    column("status", "text", "loaded; skipped; quarantined; unreadable, which every run tries again; pruned"),
    column("reason", "text", "why skipped or quarantined, null if loaded"),
    column("account_id", "text", "account folder the object lies in", "object key"),
    column("region", "text", "Region folder the object lies in", "object key"),
    column("day", "text", "day of its folder, YYYY-MM-DD", "object key"),
    column("records", "bigint", "records in the object = kept + other + rejected"),
    column("kept", "bigint", "invocation logs kept = new + duplicates"),
    column("new_records", "bigint", "of those, rows of invocation_log that are this object's"),
    column("duplicates", "bigint", "of those, requests that another record stands for"),
    column("rejected", "bigint", "invocation logs with wrong types"),
    column("other", "bigint", "records that are not invocation logs"),
    column("run_id", "text", "run that looked at it"),
    column("loaded_at", "timestamp", "when it was committed, UTC"),
  ],
};

const invocationLogRangeTable: Table = {
  ...listedRangeTable,
  name: "invocation_log_range",
  doc: "Days that a source of model invocation logs listed to their end, for each account and Region",
};

export const invocationLogTables: readonly Table[] = [
  invocationLogTable,
  invocationLogObjectTable,
  invocationLogRangeTable,
];
