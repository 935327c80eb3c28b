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
  /** A `WHERE` clause on the table's columns, which bounds what every view scans. */
  readonly where?: string;
}

/** `cloudtrail_record` over a table of whole log files. */
export function logFileRelation(source: LogFileTable): Relation {
  const sql = filledQuery("trino/record.sql", { table: source.table, where: source.where ?? "" });
  return { name: "cloudtrail_record", sql: sql.trim() };
}

/** All relations between `cloudtrail_record` and the reports, each after those that it reads. */
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
 * Relations that an engine over raw logs cannot fill: what was listed up to when, and what is expected; without a scope, the clock too.
 * The reports read them all the same, and say that these facts are unknown.
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
    // Digests are known only after an ingest that verifies.
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

/** Each eventID once: where contents differ, the first by all columns, as in the warehouse. */
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

/** The empty comparison with invocation logs, where there are none. */
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

/** The empty reach, until a bundle is named. */
const noReach: string = `SELECT ${["profile_id", "source_region", "destination_region", "allowed"]
  .map((name) => `cast(NULL AS varchar) AS ${name}`)
  .join(", ")} WHERE 1 = 0`;
