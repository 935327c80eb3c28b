/** Owns the flags of `spillway athena` and of the `athena:` source: how Athena is reached, and where the raw logs are. */
import type { Command } from "commander";
import type { AthenaAccess, AthenaOptions } from "../../engines/athena/client.ts";
import type { LogTable } from "../../engines/raw-logs/log-table.ts";
import type { CommandContext } from "./context.ts";
import { bytes, dollars, list, wholeNumber } from "./values.ts";

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

/** `of` stands before each description, where the command has other flags too. */
export function addAthenaAccessFlags(command: Command, of = ""): Command {
  return command
    .option("--athena-workgroup <name>", `${of}workgroup (default: primary)`)
    .option("--athena-output <url>", `${of}s3://bucket/prefix for results, where the workgroup has none`)
    .option("--athena-region <region>", `${of}Region of Athena`)
    .option("--athena-endpoint <url>", `${of}another endpoint for Athena`)
    .option("--athena-s3-endpoint <url>", `${of}another S3 endpoint for the results`)
    .option("--athena-price <dollars>", `${of}US dollars for a TB scanned (default: 5, the list price)`, dollars);
}

export function addProfileFlags(command: Command, of = ""): Command {
  return command
    .option("--profile <name>", `${of}profile of the AWS configuration`)
    .option("--role-arn <arns>", `${of}role to assume; several are assumed one through the other`, list);
}

export function addMaxScanFlag(command: Command, of = ""): Command {
  return command.option("--max-scan <bytes>", `${of}stop beyond so many bytes scanned, for example 10GB`, bytes);
}

export function addLogTableFlags(command: Command): Command {
  return addTableShapeFlags(
    command
      .option("--athena-database <name>", "database with Spillway's tables and views", defaultDatabase)
      .option("--athena-table <name>", "a table of CloudTrail logs that is there already: DATABASE.TABLE"),
  );
}

/** What is said of a table that somebody else made. */
export function addTableShapeFlags(command: Command, of = ""): Command {
  return command
    .option(
      "--day-column <names>",
      `${of}where such a table has the delivery day: day, or year,month,day (default: $path)`,
    )
    .option("--table-lacks <columns>", `${of}columns of AWS's own table that it does not have`, list)
    .option("--table-accounts <ids>", `${of}accounts to name in every query, for a table with injected accounts`, list);
}

export function addLateDaysFlag(command: Command, description: string, usual?: number): Command {
  return command.option("--late-days <n>", description, wholeNumber("--late-days", 0, 30), usual);
}

/** The way to Athena that the flags name. */
export function athenaOptionsOf(flags: AthenaAccessFlags): AthenaOptions {
  return {
    workgroup: flags.athenaWorkgroup,
    output: flags.athenaOutput,
    region: flags.athenaRegion,
    endpoint: flags.athenaEndpoint,
    s3Endpoint: flags.athenaS3Endpoint,
    profile: flags.profile,
    roles: flags.roleArn?.map((arn) => ({ arn })),
  };
}

export async function athenaAccessOf(flags: AthenaAccessFlags, { effects }: CommandContext): Promise<AthenaAccess> {
  const { athenaAccess } = await import("../../engines/athena/client.ts");
  return athenaAccess(athenaOptionsOf(flags), effects.env);
}

/** Spillway's own table has a partition `day`; of another one only its files' names are known. */
export async function logTableOf(flags: LogTableFlags): Promise<LogTable> {
  if (flags.athenaTable === undefined)
    return await tableNamed([flags.athenaDatabase ?? defaultDatabase, defaultTable], true, flags);
  const { parseTableName } = await import("../../engines/raw-logs/log-table.ts");
  return await tableNamed(parseTableName(flags.athenaTable), false, flags);
}

/** A table with what the flags say of it. */
export async function tableNamed(name: readonly string[], isOurs: boolean, flags: LogTableFlags): Promise<LogTable> {
  const { checkLacks, parseDayColumns, pathColumn } = await import("../../engines/raw-logs/log-table.ts");
  return {
    name,
    dayColumns: parseDayColumns(flags.dayColumn ?? (isOurs ? "day" : pathColumn)),
    lacks: checkLacks((flags.tableLacks ?? []).map((column) => column.toLowerCase())),
    accounts: flags.tableAccounts,
  };
}
