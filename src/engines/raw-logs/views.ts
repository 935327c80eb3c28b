/** The views that turn raw logs into Spillway's relations, on Athena and on a Trino server alike. */
import type { Table } from "../../schema/column.ts";
import { expectedTrailTable, listedRangeTable, unreadExpectationTable } from "../../schema/coverage-tables.ts";
import { digestCheckTable } from "../../schema/digest-tables.ts";
import { earlierDayTable, earlierObjectTable } from "../../schema/earlier.ts";
import { eventTable } from "../../schema/event.ts";
import { filledQuery, readQuery } from "../../sql/query-file.ts";
import { defaultMaxAgeHours } from "../../sql/scope.ts";
import { type Relation, parserRelations, reportRelations } from "./reference-relations.ts";

/** Log files in a table of text, as a Trino server reads them. */
export interface LogFileTable {
  /** The table of raw logs, as the engine names it. */
  readonly table: string;
  /** Condition on the table's columns, `WHERE` included; it bounds what every view scans. */
  readonly where?: string;
}

/** `cloudtrail_record` over a table of whole log files. */
export function logFileRelation(source: LogFileTable): Relation {
  const sql = filledQuery("trino/record.sql", { table: source.table, where: source.where ?? "" });
  return { name: "cloudtrail_record", sql: sql.trim() };
}

/** Everything between `cloudtrail_record` and the reports, in an order in which each reads only what stands before it. */
export function modelRelations(): readonly Relation[] {
  return [
    ...parserRelations(),
    ...reportRelations(),
    { name: "event_delivered", sql: readQuery("athena/event.sql") },
    { name: "event", sql: distinctEvents("event_delivered") },
    {
      name: "first_completion",
      sql: [
        "select account_id, source_region, min(event_time) as first_time",
        "from event",
        "where record_kind = 'completion' and account_id is not null",
        "group by account_id, source_region",
      ].join("\n"),
    },
    { name: "invocation", sql: readQuery("model/invocation.sql") },
    { name: "invocation_day", sql: readQuery("model/invocation-day.sql") },
    { name: "trail_object", sql: readQuery("athena/trail-object.sql") },
    ...unaskedRelations(),
  ];
}

/**
 * What an engine over raw logs cannot know: who listed what up to when, and what is expected. Without a scope there is no clock either.
 * The reports read these all the same, and say that it is not known.
 */
function unaskedRelations(): readonly Relation[] {
  const columns = (table: Table): readonly string[] =>
    table.columns.map(({ name, type }) => `cast(NULL AS ${type === "text" ? "varchar" : type}) AS ${name}`);
  const empty = (table: Table): Relation => ({
    name: table.name,
    sql: `SELECT ${columns(table).join(", ")} WHERE 1 = 0`,
  });
  const asked = ["from_time", "to_time", "as_of"].map((name) => `cast(NULL AS timestamp) AS ${name}`);
  const days = ["first_day", "last_day"].map((name) => `cast(NULL AS varchar) AS ${name}`);
  return [
    empty(listedRangeTable),
    empty(expectedTrailTable),
    empty(unreadExpectationTable),
    // Only an ingest that verifies knows of digests.
    empty(digestCheckTable),
    // without a scope nothing lies before its range
    empty(earlierDayTable),
    empty(earlierObjectTable),
    { name: "named_boundary", sql: "SELECT cast(NULL AS varchar) AS region WHERE 1 = 0" },
    { name: "policy_reach", sql: noReach },
    { name: "unmatched_request", sql: noUnmatched },
    {
      name: "asked_range",
      sql: `SELECT ${[...asked, ...days].join(", ")}, ${defaultMaxAgeHours} AS max_age_hours, false AS of_principals`,
    },
  ];
}

/** The same eventID twice is one event: of different contents the first by all columns, as in the warehouse. */
function distinctEvents(from: string): string {
  const names = eventTable.columns.map((column) => column.name);
  const content = names.filter((name) => name !== "object_uri" && name !== "record_index");
  const order = [...content, "object_uri"].map((name) => `${name} nulls first`).join(", ");
  return [
    `select ${names.join(", ")}`,
    `from (select e.*, row_number() over (partition by e.event_id order by ${order}) as copy from ${from} e) as ranked`,
    "where copy = 1",
  ].join("\n");
}

/** Without invocation logs nothing is compared with them. */
const noUnmatched: string = `SELECT cast(NULL AS timestamp) AS event_time, ${[
  "kind",
  "account_id",
  "source_region",
  "request_id",
  "operation",
  "model_id",
  "principal",
  "principal_name",
]
  .map((name) => `cast(NULL AS varchar) AS ${name}`)
  .join(", ")} WHERE 1 = 0`;

/** Until a bundle is named. */
const noReach: string = `SELECT ${["profile_id", "source_region", "destination_region", "allowed"]
  .map((name) => `cast(NULL AS varchar) AS ${name}`)
  .join(", ")} WHERE 1 = 0`;
