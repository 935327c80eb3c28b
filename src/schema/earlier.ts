/** The relations of the time before a report's range: `earlier_day` and `earlier_object`. */
import { type Table, sameColumn } from "./column.ts";
import { invocationDayTable } from "./invocation-day.ts";
import { trailObjectTable } from "./tables.ts";

const dayColumns = [
  "day",
  "source_region",
  "served_region",
  "spilled",
  "outcome",
  "account_id",
  "principal",
  "profile_id",
  "model",
  "invocations",
  "via_profile",
  "first_seen",
];

/** Invocations before the range of the scope's accounts, Regions and principals, added up as in `invocation_day`. */
export const earlierDayTable: Table = {
  name: "earlier_day",
  doc: "Invocations before the range that was asked for; without a range there are none",
  columns: dayColumns.map((name) => sameColumn(invocationDayTable, name)),
};

/** Log files of delivery days before the range. */
export const earlierObjectTable: Table = {
  name: "earlier_object",
  doc: "Log files of the days before the range that was asked for; without a range there are none",
  columns: ["uri", "status", "account_id", "region", "day"].map((name) => sameColumn(trailObjectTable, name)),
};
