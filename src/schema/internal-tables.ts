/** The tables that Spillway keeps for itself, in a schema apart from those that analysts read. */
import { type Table, column } from "./column.ts";
import { eventTable } from "./event.ts";

/** The schema's name; the tables that analysts read are in DuckDB's `main`. */
export const internalSchema = "internal";

/** Contents of an eventID that another content was preferred to; with them, distinct contents are counted exactly. */
const eventVariantTable = {
  name: "event_variant",
  doc: "Other contents that were delivered under an eventID; the table event holds the chosen one",
  columns: eventTable.columns,
} satisfies Table;

/** Since when an account and Region is known to emit completions: what makes a missing one `pending`. */
const firstCompletionTable = {
  name: "first_completion",
  doc: "Time of the first completion of each account and Region",
  columns: [
    column("account_id", "text", "account of the caller"),
    column("source_region", "text", "Region that was called"),
    column("first_time", "timestamp", "event time of the first completion, UTC"),
  ],
} satisfies Table;

/** Days for which `invocation_day` is out of date; empty in a published file. */
const staleDayTable = {
  name: "stale_day",
  doc: "Days whose rows in invocation_day have to be computed anew",
  columns: [column("day", "timestamp", "start of the day, UTC")],
} satisfies Table;

/** Calls of the last pruned day: a late record of one of them does not become a call of its own. */
const prunedInvocationTable = {
  name: "pruned_invocation",
  doc: "Calls of the last day before the pruned days end",
  columns: [
    column("invocation_key", "text", "key of the call"),
    column("event_time", "timestamp", "time of its earliest record, UTC"),
  ],
} satisfies Table;

/** The part of `first_completion` that pruning events would lose. */
const prunedCompletionTable = {
  name: "pruned_completion",
  doc: "Time of the first completion of each account and Region among the events that were pruned",
  columns: firstCompletionTable.columns,
} satisfies Table;

const sourceStateTable = {
  name: "source_state",
  doc: "What a source remembers between runs: how far a listing reached, where a slow one goes on",
  columns: [
    column("scope", "text", "whose memory it is: a source with what it was restricted to"),
    column("name", "text", "what is remembered"),
    column("value", "text", "JSON"),
    column("run_id", "text", "run that wrote it"),
    column("updated_at", "timestamp", "when it was committed, UTC"),
  ],
} satisfies Table;

/** The log files named by the events of an extracted object, which are not objects of the ledger. */
const extractedShareTable = {
  name: "extracted_share",
  doc: "How many events of a log file count as new for an object that was extracted, such as a day of an Athena table",
  columns: [
    column("object_uri", "text", "log file that the events name"),
    column("uri", "text", "extracted object of the ledger"),
    column("etag", "text", "its ETag"),
    column("new_events", "bigint", "events"),
  ],
} satisfies Table;

export const metaTable = {
  name: "meta",
  doc: "What Spillway has to know of the file itself",
  columns: [
    column("name", "text", "such as schema_version, generation (of the published copy), pruned_before"),
    column("value", "text", "its value"),
  ],
} satisfies Table;

export const internalTables: readonly Table[] = [
  metaTable,
  eventVariantTable,
  firstCompletionTable,
  staleDayTable,
  prunedInvocationTable,
  prunedCompletionTable,
  sourceStateTable,
  extractedShareTable,
];
