/** Owns the slices of an `athena:` source: which days, what they are called in the ledger, and the statements that read them. */
import { dayVersion, daysBetween } from "../../../engines/raw-logs/day-version.ts";
import { SpillwayError } from "../../../errors.ts";
import { type LogTable, parseTableName, recordRelation } from "../../../engines/raw-logs/log-table.ts";
import { closure, withRelations } from "../../../engines/raw-logs/compose.ts";
import { modelRelations } from "../../../engines/raw-logs/views.ts";
import { eventTable } from "../../../schema/event.ts";
import { textLiteral } from "../../../sql/literal.ts";
import { addDays, dayOf, firstRunDays, isDay } from "../../../day.ts";

export interface SliceScope {
  /** Accounts and Regions of the folders; empty: all. */
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
}

export interface Slice {
  /** `athena:DATABASE.TABLE/SCOPE/DAY` */
  readonly uri: string;
  /** The version of its reading, the ledger's etag. */
  readonly etag: string;
  readonly size: number;
  /** Day of delivery, YYYY-MM-DD. */
  readonly day: string;
}

/** @throws SpillwayError `usage` */
export function parseAthenaSource(source: string): readonly string[] {
  const name = source.replace(/^athena:/, "");
  const parts = name === "" ? [] : parseTableName(name);
  if (parts.length >= 2) return parts;
  throw new SpillwayError("usage", `${source} names no table with its database`, {
    next: "Write it as athena:DATABASE.TABLE, for example athena:spillway.cloudtrail_log",
  });
}

export interface SliceDays {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly lateDays: number;
}

/** Every day from the first to the last one; the ledger tells which of them are due. @throws SpillwayError `usage` */
export function slicesOf(table: LogTable, scope: SliceScope, days: SliceDays, now: Date): Slice[] {
  for (const day of [days.from, days.to]) {
    if (day !== undefined && !isDay(day)) {
      throw new SpillwayError("usage", `${day} is no day`, {
        next: "Write days as YYYY-MM-DD, for example 2026-09-14.",
      });
    }
  }
  const today = dayOf(now);
  const from = days.from ?? addDays(days.to ?? today, -firstRunDays);
  const only = [...scope.accounts.toSorted(), ...scope.regions.toSorted()];
  const place = `athena:${table.name.join(".")}/${only.length === 0 ? "all" : only.join("+")}`;
  return daysBetween(from, days.to ?? today).map((day) => ({
    uri: `${place}/${day}`,
    etag: dayVersion(day, now, days.lateDays),
    size: 0,
    day,
  }));
}

/** Writes the Bedrock events of a day as Parquet below `to`. */
export function unloadSql(table: LogTable, scope: SliceScope, day: string, to: string): string {
  const relations = [record(table, scope, day), ...modelRelations()];
  const select = `SELECT ${eventTable.columns.map(({ name }) => name).join(", ")} FROM event_delivered`;
  const sql = withRelations(closure(relations, select), select);
  return `UNLOAD (\n${sql}\n) TO ${textLiteral(to)} WITH (format = 'PARQUET', compression = 'SNAPPY')`;
}

/** Records of the day, and those of other services among them: what an extraction does not see. */
export function countSql(table: LogTable, scope: SliceScope, day: string): string {
  const select =
    "SELECT count(*) AS records, count(*) FILTER (WHERE coalesce(eventsource, '') NOT IN ('bedrock.amazonaws.com', 'bedrock-mantle.amazonaws.com')) AS other FROM cloudtrail_record";
  return withRelations([record(table, scope, day)], select);
}

/** The records of a day. The folders' account and Region are those of the recipient and of the record itself. */
function record(table: LogTable, { accounts, regions }: SliceScope, day: string): ReturnType<typeof recordRelation> {
  const oneOf = (column: string, values: readonly string[]): string[] =>
    values.length === 0 ? [] : [`t.${column} in (${values.map(textLiteral).join(", ")})`];
  const isProjected = table.dayColumns[0] === "day" && table.dayColumns.length === 1;
  return recordRelation(table, { from: day, to: day }, [
    ...oneOf(isProjected ? "account" : "recipientaccountid", accounts),
    ...oneOf(isProjected ? "region" : "awsregion", regions),
  ]);
}
