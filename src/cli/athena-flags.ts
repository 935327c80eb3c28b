/** Owns the flags of `spillway athena` and of the `athena:` source: how Athena is reached, and where the raw logs are. */
import { type Command, InvalidArgumentError } from "commander";
import type { AthenaAccess } from "../athena/client.ts";
import { isDay } from "../ingest/s3/days.ts";
import type { LogTable } from "../report/athena/log-table.ts";
import type { CommandContext } from "./main.ts";
import { list, wholeNumber } from "./options.ts";

export const defaultDatabase = "spillway";
export const defaultTable = "cloudtrail_log";

export interface AthenaAccessFlags {
  readonly athenaWorkgroup?: string;
  readonly athenaOutput?: string;
  readonly athenaDatabase?: string;
  readonly athenaRegion?: string;
  readonly athenaEndpoint?: string;
  readonly athenaS3Endpoint?: string;
  readonly athenaPrice?: number;
  readonly maxScan?: number;
  readonly profile?: string;
  readonly roleArn?: readonly string[];
}

export interface LogTableFlags {
  readonly athenaDatabase?: string;
  readonly athenaTable?: string;
  readonly dayColumn?: string;
  readonly tableLacks?: readonly string[];
  readonly tableAccounts?: readonly string[];
}

export function addAthenaAccessFlags(command: Command): Command {
  return command
    .option("--athena-workgroup <name>", "workgroup (default: primary)")
    .option("--athena-output <url>", "s3://bucket/prefix for results, where the workgroup has none")
    .option("--athena-region <region>", "Region of Athena")
    .option("--athena-endpoint <url>", "another endpoint for Athena")
    .option("--athena-s3-endpoint <url>", "another S3 endpoint for the results")
    .option("--athena-price <dollars>", "US dollars for a TB scanned (default: 5, the list price)", dollars);
}

export function addProfileFlags(command: Command): Command {
  return command
    .option("--profile <name>", "profile of the AWS configuration")
    .option("--role-arn <arns>", "role to assume; several are assumed one through the other", list);
}

export function addLogTableFlags(command: Command): Command {
  return command
    .option("--athena-database <name>", "database with Spillway's tables and views", defaultDatabase)
    .option("--athena-table <name>", "a table of CloudTrail logs that is there already: DATABASE.TABLE")
    .option("--day-column <names>", "where that table has the delivery day: day, or year,month,day (default: $path)")
    .option("--table-lacks <columns>", "columns of AWS's own table that it does not have", list)
    .option("--table-accounts <ids>", "accounts to name in every query, for a table with injected accounts", list);
}

export const lateDays: (text: string) => number = wholeNumber("--late-days", 0, 30);

export async function athenaAccessOf(flags: AthenaAccessFlags, { effects }: CommandContext): Promise<AthenaAccess> {
  const { athenaAccess } = await import("../athena/client.ts");
  return athenaAccess(
    {
      workgroup: flags.athenaWorkgroup,
      output: flags.athenaOutput,
      region: flags.athenaRegion,
      endpoint: flags.athenaEndpoint,
      s3Endpoint: flags.athenaS3Endpoint,
      profile: flags.profile,
      roles: flags.roleArn?.map((arn) => ({ arn })),
    },
    effects.env,
  );
}

/** Spillway's own table has a partition `day`; of another one only its files' names are known. */
export async function logTableOf(flags: LogTableFlags): Promise<LogTable> {
  const { checkLacks, parseDayColumns, parseTableName, pathColumn } = await import("../report/athena/log-table.ts");
  const isOurs = flags.athenaTable === undefined;
  return {
    name: isOurs ? [flags.athenaDatabase ?? defaultDatabase, defaultTable] : parseTableName(flags.athenaTable),
    dayColumns: parseDayColumns(flags.dayColumn ?? (isOurs ? "day" : pathColumn)),
    lacks: checkLacks((flags.tableLacks ?? []).map((column) => column.toLowerCase())),
    accounts: flags.tableAccounts,
  };
}

/** A commander parser for days, YYYY-MM-DD. */
export function day(text: string): string {
  if (isDay(text)) return text;
  throw new InvalidArgumentError("Give a day such as 2026-09-14.");
}

function dollars(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError("Write US dollars, for example 5 or 6.75.");
  return value;
}
