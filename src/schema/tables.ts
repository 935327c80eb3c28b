/** The warehouse's other tables: the ledger, quarantine, runs and reference tables. */
import { type Table, column, personal } from "./column.ts";

/** The ledger: one row for each version of a trail object that was processed. */
export const trailObjectTable = {
  name: "trail_object",
  doc: "Trail objects and what came of them; an object replaced later has a row for each ETag",
  columns: [
    column(
      "uri",
      "text",
      "s3://BUCKET/KEY; file:///PATH of a folder's file, from the root; lookup:ACCOUNT/REGION/EVENT-SOURCE/DAY/NAME; athena:DATABASE.TABLE/all (or the accounts and Regions asked for)/DAY",
    ),
    column("etag", "text", "version of the object: S3 ETag, or size and modification time of a file"),
    column("size", "bigint", "bytes as stored"),
    column(
      "status",
      "text",
      "loaded; skipped; quarantined; unreadable, which every run tries again; pruned, whose events were removed by retention",
    ),
    column("reason", "text", "why skipped or quarantined, null if loaded"),
    column("account_id", "text", "account folder the object lies in", "object key"),
    column("region", "text", "Region folder the object lies in", "object key"),
    column("day", "text", "delivery day, YYYY-MM-DD", "object key"),
    column("records", "bigint", "records in the object; array elements"),
    column("bedrock_events", "bigint", "Bedrock records kept"),
    column("new_events", "bigint", "of those, seen for the first time"),
    column("duplicates", "bigint", "of those, already known"),
    column("rejected", "bigint", "Bedrock records with wrong types"),
    column("other", "bigint", "records of other services"),
    column("run_id", "text", "run that looked at it"),
    column("loaded_at", "timestamp", "when it was committed, UTC"),
    column("sha256", "text", "SHA-256 of its inflated bytes, hex; null without ingest --verify"),
    column("sha256_object", "text", "SHA-256 of its bytes as stored, hex; null without ingest --verify"),
    column("flaw", "text", "format or trailing-bytes: it is not one whole gzip stream, as CloudTrail writes it"),
    column("digest_verdict", "text", "what CloudTrail's digests say of it; null: not checked"),
    column("digest_reason", "text", "why it is not valid"),
    column("digest_uri", "text", "digest that lists it"),
    column(
      "version_id",
      "text",
      "version that a versioned bucket gave it; null for an object that was not fetched from one",
    ),
  ],
} satisfies Table;

export const quarantineTable = {
  name: "quarantine",
  doc: "What could not be read: whole objects (record_index null) and single records",
  columns: [
    column("uri", "text", "trail object"),
    column("etag", "text", "version of the object"),
    column("record_index", "integer", "position of a rejected record, null for the whole object"),
    personal("text", column("reason", "text", "what is wrong")),
    column("event_id", "text", "eventID of a rejected record, if it has one"),
    column("run_id", "text", "run that found it"),
  ],
} satisfies Table;

export const runTable = {
  name: "run",
  doc: "Every ingest with the identities of R8",
  columns: [
    column("run_id", "text", "identifier"),
    column("started_at", "timestamp", "UTC"),
    column("finished_at", "timestamp", "UTC; null if it was interrupted"),
    column("source", "text", "sources as given"),
    column("objects_listed", "bigint", "= known + loaded + skipped + quarantined"),
    column("objects_known", "bigint", "already in the ledger, not read again"),
    column("objects_loaded", "bigint", "read, and their events are in the warehouse"),
    column("objects_skipped", "bigint", "recognised as no log file"),
    column("objects_quarantined", "bigint", "could not be read"),
    column("records", "bigint", "= bedrock_events + other + rejected"),
    column("bedrock_events", "bigint", "= new_events + duplicates"),
    column("new_events", "bigint", "seen for the first time"),
    column("duplicates", "bigint", "the same eventID again"),
    column("rejected", "bigint", "Bedrock records with wrong types"),
    column("other", "bigint", "records of other services"),
    column("version", "text", "Spillway's version"),
    column("log_records", "bigint", "records of model invocation logs = logs_kept + logs_other + logs_rejected"),
    column("logs_kept", "bigint", "= new_logs + log_duplicates"),
    column("new_logs", "bigint", "seen for the first time"),
    column("log_duplicates", "bigint", "the same request again"),
    column("logs_rejected", "bigint", "invocation logs with wrong types"),
    column("logs_other", "bigint", "records that are not invocation logs"),
  ],
} satisfies Table;

export const findingTable = {
  name: "finding",
  doc: "What runs noticed about the logs themselves; each is reported once and kept",
  columns: [
    column(
      "kind",
      "text",
      "object-replaced: its ETag changed after it was loaded; object-disappeared: no longer listed; profile-changed: other destinations",
    ),
    column("uri", "text", "trail object; of a profile its id and source Region"),
    column(
      "etag",
      "text",
      "version of the object: the new one if replaced, the last one if disappeared; of a profile the day",
    ),
    personal("text", column("detail", "text", "in words")),
    column("run_id", "text", "run that found it"),
    column("found_at", "timestamp", "UTC"),
  ],
} satisfies Table;

/** Calls that CloudTrail delivered only as counts, without records and so without a served Region. */
export const aggregatedCallTable = {
  name: "aggregated_call",
  doc: "Bedrock calls that are known only as counts, from CloudTrail's aggregated events (five minutes each)",
  columns: [
    column("event_id", "text", "eventId of the aggregated event"),
    column("account_id", "text", "account that it is about"),
    column("source_region", "text", "Region that was called"),
    column("event_time", "timestamp", "start of its window, UTC"),
    column("event_source", "text", "service"),
    column("event_name", "text", "operation"),
    column("is_inference", "boolean", "the operation runs a model"),
    column("calls", "bigint", "how many"),
    column("object_uri", "text", "trail object that holds it"),
  ],
} satisfies Table;

export const regionTable = {
  name: "region",
  doc: "AWS Regions with country and jurisdiction",
  columns: [
    column("region", "text", "Region code"),
    column("name", "text", "AWS's name of the Region"),
    column("country", "text", "ISO 3166-1 alpha-2"),
    column("country_name", "text", "country in words"),
    column("eu_member", "boolean", "country is a member of the European Union"),
    column("eea_member", "boolean", "country is in the European Economic Area"),
    column("partition", "text", "aws, aws-us-gov, aws-cn or aws-eusc"),
    column("jurisdiction", "text", "short name: EU, US, UK, CH, ..."),
    column("as_of", "text", "date of the row"),
  ],
} satisfies Table;

/** Destinations of a global profile are one row with destination_region '*'. */
export const inferenceProfileTable = {
  name: "inference_profile",
  doc: "Destinations of inference profiles for each source Region: a dated snapshot (R7)",
  columns: [
    column("profile_id", "text", "profile"),
    column("source_region", "text", "Region that is called"),
    column("destination_region", "text", "Region that may serve; * for any commercial Region"),
    column("model", "text", "model behind the profile, if known"),
    column("as_of", "text", "date of the newest source that showed it"),
    column("source", "text", "where it was read"),
  ],
} satisfies Table;

export const boundaryTable = {
  name: "boundary",
  doc: "Named sets of approved Regions, for the view boundary_violations",
  columns: [
    column("name", "text", "what --boundary and the config call it: eu, eea, us, ..., or a name of your own"),
    column("region", "text", "Region inside the boundary"),
    column("source", "text", "reference (of Spillway's) or config (`boundaries` in spillway.json)"),
  ],
} satisfies Table;
