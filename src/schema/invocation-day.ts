/** The table `invocation_day`: invocations added up by UTC day and by what reports group by. */
import { type Column, type Table, column, personal, sameColumn } from "./column.ts";
import { invocationTable } from "./invocation.ts";

const same = (name: string): Column => sameColumn(invocationTable, name);

const before = ["source_region", "served_region", "region_evidence", "spilled", "outcome", "operation", "streaming"];
const caller = ["account_id", "principal", "principal_type", "principal_name"];
const model = ["model_kind", "profile_id", "profile_scope", "model", "provider"];
const denial = ["denied_region", "denied_by", "denied_explicit", "denied_policy_arn"];
const flags = ["region_conflict", "copies_disagree", "completion_only"];

/** Columns in the order of queries/model/invocation-day.sql. */
export const invocationDayTable = {
  name: "invocation_day",
  doc: "Invocations by UTC day and by what reports group and filter by; what the reports read instead of `invocation`",
  columns: [
    column("day", "timestamp", "start of the day, UTC"),
    ...[...before, ...caller, ...model, ...denial].map(same),
    column("pending_since", "timestamp", "event time of a pending call: such calls are not added up; else null"),
    column("no_usable_key", "boolean", "requestID missing or no UUID: copies of such a call cannot be recognised"),
    column("crowded_key", "boolean", "more than eight events share the request"),
    ...flags.map(same),
    column("invocations", "bigint", "invocations of the row"),
    column("via_profile", "bigint", "of those, served through a profile, visible or not: what spill rates are of"),
    column("first_seen", "timestamp", "first invocation, UTC"),
    column("last_seen", "timestamp", "last invocation, UTC"),
    column("input_tokens", "bigint", "sum; null if none tells"),
    column("output_tokens", "bigint", "sum; null if none tells"),
    column("cache_read_tokens", "bigint", "sum; null if none tells"),
    column("cache_write_tokens", "bigint", "sum; null if none tells"),
    column("without_tokens", "bigint", "of the invocations, those that tell no token count at all"),
    personal("text", column("example_message", "text", "smallest error message of the row's denied calls")),
  ],
} satisfies Table;
