/** The tables behind coverage: what was listed up to when, and which accounts and Regions are expected. */
import { type Table, column } from "./column.ts";

/** Listed ranges; those that touch are one row. Days outside of all rows were never listed. */
export const listedRangeTable = {
  name: "listed_range",
  doc: "Delivery days that a source listed to their end, for each account and Region: a day in it without a file had none",
  columns: [
    column("source", "text", "source as it was named, with what it was restricted to"),
    column("account_id", "text", "account folder of the trail"),
    column("region", "text", "Region folder of the trail"),
    column("first_day", "text", "first day, YYYY-MM-DD; null: from the beginning"),
    column("last_day", "text", "last day that was over when it was listed, YYYY-MM-DD"),
    column("listed_at", "timestamp", "when the last of them was listed, UTC"),
    column("run_id", "text", "run that listed it last"),
  ],
} satisfies Table;

export const expectedTrailTable = {
  name: "expected_trail",
  doc: "Accounts and Regions whose logs are expected: one that delivers none is a gap",
  columns: [
    column("account_id", "text", "account"),
    column("region", "text", "Region"),
    column("since", "text", "first day that is expected, YYYY-MM-DD; null: always"),
    column("named_by", "text", "config or organizations"),
  ],
} satisfies Table;

/** Expectations that could not be read: while there is a row, the expected accounts are not all known. */
export const unreadExpectationTable = {
  name: "unread_expectation",
  doc: "Lists of expected accounts that the last run could not read: what was known of them before stays expected, and which accounts are expected is unknown",
  columns: [column("named_by", "text", "organizations"), column("reason", "text", "why it could not be read")],
} satisfies Table;
