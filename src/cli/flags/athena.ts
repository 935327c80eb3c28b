/** The flags of `spillway athena` and of the engine: the way to Athena, and the place of the raw logs. */
import type { Command } from "commander";
import type { AthenaAccess, AthenaOptions } from "../../engines/athena/access.ts";
import { type LogTable, namedTable, ownDatabase, ownTable, parseTableName } from "../../engines/raw-logs/log-table.ts";
import { type SourceSettings, athenaSettings, logTableSettings } from "../../ingest/sources/settings.ts";
import type { CommandContext } from "./context.ts";
import { addSettings } from "./source.ts";
import { wholeNumber } from "./values.ts";

export interface AthenaAccessFlags extends Pick<
  SourceSettings,
  (typeof athenaSettings)[number] | "profile" | "roleArn"
> {
  readonly maxScan?: number;
  readonly athenaDatabase?: string;
}

export interface LogTableFlags extends Pick<SourceSettings, (typeof logTableSettings)[number]> {
  readonly athenaDatabase?: string;
  readonly athenaTable?: string;
}

/** Adds the flags; `of` begins each description where the command has other flags too. */
export function addAthenaAccessFlags(command: Command, of = ""): Command {
  return addSettings(command, athenaSettings, of);
}

export function addProfileFlags(command: Command, of = ""): Command {
  return addSettings(command, ["profile", "roleArn"], of);
}

export function addMaxScanFlag(command: Command, of = ""): Command {
  return addSettings(command, ["maxScan"], of);
}

export function addLogTableFlags(command: Command): Command {
  return addSettings(
    command
      .option("--athena-database <name>", "database with Spillway's tables and views", ownDatabase)
      .option("--athena-table <name>", "a table of CloudTrail logs that is there already: DATABASE.TABLE"),
    logTableSettings,
  );
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
  const { athenaAccess } = await import("../../engines/athena/access.ts");
  return athenaAccess(athenaOptionsOf(flags), effects.env);
}

/** Spillway's own table, or the one that is named. */
export function logTableOf(flags: LogTableFlags): LogTable {
  return flags.athenaTable === undefined
    ? namedTable([flags.athenaDatabase ?? ownDatabase, ownTable], flags, true)
    : namedTable(parseTableName(flags.athenaTable), flags, false);
}
