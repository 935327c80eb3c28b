/** The days of an `athena:` source: their names in the ledger, and the statements that read them. */
import { dayVersion } from "../../../engines/raw-logs/day-version.ts";
import { type LogTable, recordRelation } from "../../../engines/raw-logs/log-table.ts";
import { closure, withRelations } from "../../../engines/raw-logs/compose.ts";
import { modelRelations } from "../../../engines/raw-logs/views.ts";
import { eventTable } from "../../../schema/event.ts";
import { textLiteral } from "../../../sql/literal.ts";
import type { TrailObject } from "../../listing/source.ts";
import { addDays, checkDays, dayOf, eachDay, firstRunDays } from "../../../day.ts";

export interface DayScope {
  /** Accounts and Regions of the folders; empty for all. */
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
}

export interface DayRange {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly lateDays?: number | undefined;
}

/** Every day of the range, as `athena:DATABASE.TABLE/SCOPE/DAY`; the ledger knows which are due. @throws SpillwayError `usage` */
export function daysOf(table: LogTable, scope: DayScope, days: DayRange, now: Date): TrailObject[] {
  checkDays(days.from, days.to);
  const today = dayOf(now);
  const from = days.from ?? addDays(days.to ?? today, -firstRunDays);
  const only = [...scope.accounts.toSorted(), ...scope.regions.toSorted()];
  const place = `athena:${table.name.join(".")}/${only.length === 0 ? "all" : only.join("+")}`;
  return [...eachDay(from, days.to ?? today)].map((day) => ({
    uri: `${place}/${day}`,
    etag: dayVersion(day, now, days.lateDays),
    size: 0,
    accountId: null,
    region: null,
    day,
    skip: null,
    locator: { kind: "source" },
  }));
}

/** The statement that writes the Bedrock events of a day as Parquet below `to`. */
export function unloadSql(table: LogTable, scope: DayScope, day: string, to: string): string {
  const relations = [record(table, scope, day), ...modelRelations()];
  const select = `SELECT ${eventTable.columns.map(({ name }) => name).join(", ")} FROM event_delivered`;
  const sql = withRelations(closure(relations, select), select);
  return `UNLOAD (\n${sql}\n) TO ${textLiteral(to)} WITH (format = 'PARQUET', compression = 'SNAPPY')`;
}

/** The statement that counts a day's records, and those of other services, which an extraction does not see. */
export function countSql(table: LogTable, scope: DayScope, day: string): string {
  const select =
    "SELECT count(*) AS records, count(*) FILTER (WHERE coalesce(eventsource, '') NOT IN ('bedrock.amazonaws.com', 'bedrock-mantle.amazonaws.com')) AS other FROM cloudtrail_record";
  return withRelations([record(table, scope, day)], select);
}

/** The condition for a day's records. The folders' account and Region are those of the recipient and of the record itself. */
function record(table: LogTable, { accounts, regions }: DayScope, day: string): ReturnType<typeof recordRelation> {
  const oneOf = (column: string, values: readonly string[]): string[] =>
    values.length === 0 ? [] : [`t.${column} in (${values.map(textLiteral).join(", ")})`];
  const isProjected = table.dayColumns[0] === "day" && table.dayColumns.length === 1;
  return recordRelation(table, { from: day, to: day }, [
    ...oneOf(isProjected ? "account" : "recipientaccountid", accounts),
    ...oneOf(isProjected ? "region" : "awsregion", regions),
  ]);
}
