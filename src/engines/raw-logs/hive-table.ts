/** The DDL of Spillway's tables in Athena: raw logs with projected partitions, and the copy in Parquet. */
import { SpillwayError } from "../../errors.ts";
import type { Column, ColumnType } from "../../schema/column.ts";
import { eventTable } from "../../schema/event.ts";
import { filledQuery } from "../../sql/query-file.ts";
import { trailObjectTable } from "../../schema/tables.ts";
import { foldedTables } from "./folded-copy.ts";

export interface LogLocation {
  /** The place of the trail's `AWSLogs`: `s3://bucket[/prefix]`. */
  readonly url: string;
  /** The id of an organization's trail; undefined for a single account's. */
  readonly organization: string | undefined;
}

export interface LogTableOptions {
  readonly database: string;
  readonly table: string;
  readonly location: LogLocation;
  readonly accounts: readonly string[];
  /** Whether every query has to name the accounts, since the table does not list them. */
  readonly injected: boolean;
  readonly regions: readonly string[];
  /** YYYY-MM-DD. */
  readonly firstDay: string;
}

/** The folder that holds a folder for each account. @throws SpillwayError `usage` */
function accountsFolder({ url, organization }: LogLocation): string {
  const [, bucket, prefix = ""] = /^s3:\/\/([^/]+)(?:\/(.*?))?\/*$/.exec(url) ?? [];
  if (bucket === undefined || /['\s]/.test(url)) {
    throw new SpillwayError("usage", `${url} is not a place of logs in S3`, {
      next: "Write --logs s3://BUCKET[/PREFIX]",
    });
  }
  const above = prefix.replace(/\/?AWSLogs(?:\/.*)?$/, "");
  return [`s3://${bucket}`, above, "AWSLogs", organization ?? ""].filter((part) => part !== "").join("/");
}

export function logTableDdl(options: LogTableOptions): string {
  const enumerated = `'projection.account.type' = 'enum',\n  'projection.account.values' = '${options.accounts.join(",")}'`;
  return filledQuery("athena/table.sql", {
    database: options.database,
    table: options.table,
    location: accountsFolder(options.location),
    account_projection: options.injected ? "'projection.account.type' = 'injected'" : enumerated,
    regions: options.regions.join(","),
    first_day: options.firstDay.replaceAll("-", "/"),
  });
}

const hiveTypes: Readonly<Record<ColumnType, string>> = {
  text: "STRING",
  integer: "INT",
  bigint: "BIGINT",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
};

export interface CopyTable {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly partitions: readonly string[];
}

/**
 * The tables of the copy. Rows are only ever added, below the run that wrote them, and `copied_day` names the runs that are complete:
 * a reader sees a day before or after a refresh, never between, and nothing has to be deleted to replace a day.
 */
export const copyTables: readonly CopyTable[] = [
  { name: "event_delivered_copy", columns: eventTable.columns, partitions: ["copy_day", "copy_run"] },
  { name: "trail_object_copy", columns: trailObjectTable.columns, partitions: ["copy_day", "copy_run"] },
  // by run alone: Athena writes at most 100 partitions with one INSERT
  ...foldedTables.map(({ name, columns }) => ({ name: `${name}_copy`, columns, partitions: ["copy_run"] })),
  {
    name: "copied_day",
    columns: ["copy_day", "copy_run", "copy_version"].map((name) => ({ name, type: "text", doc: "" })),
    partitions: [],
  },
];

export function copyTableDdl(database: string, table: CopyTable, location: string): string {
  const columns = table.columns.map(({ name, type }) => `  \`${name}\` ${hiveTypes[type]}`);
  const partitions = table.partitions.map((name) => `\`${name}\` STRING`);
  return [
    `CREATE EXTERNAL TABLE IF NOT EXISTS \`${database}\`.\`${table.name}\` (`,
    columns.join(",\n"),
    ")",
    ...(partitions.length === 0 ? [] : [`PARTITIONED BY (${partitions.join(", ")})`]),
    "STORED AS PARQUET",
    `LOCATION '${location.replace(/\/+$/, "")}/${table.name}/'`,
    "TBLPROPERTIES ('parquet.compression' = 'SNAPPY')",
  ].join("\n");
}
