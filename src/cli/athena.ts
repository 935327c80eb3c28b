/** `spillway athena`: statements to paste, the setup of Athena's catalog, and the refresh of the copy. */
import type { Command } from "commander";
import { SpillwayError, exitCodes } from "../errors.ts";
import { ownDatabase } from "../engines/raw-logs/log-table.ts";
import { lateDays as usualLateDays } from "../engines/raw-logs/late-days.ts";
import {
  type AthenaAccessFlags,
  type LogTableFlags,
  addAthenaAccessFlags,
  addLateDaysFlag,
  addLogTableFlags,
  addMaxScanFlag,
  addProfileFlags,
  athenaAccessOf,
  logTableOf,
} from "./flags/athena.ts";
import { addAthenaSetupCommand } from "./athena-setup.ts";
import type { CommandContext } from "./flags/context.ts";
import { day } from "./flags/values.ts";
import { type ScopeFlags, addScopeFlags, scopeOf } from "./flags/scope.ts";

interface SqlFlags extends LogTableFlags, ScopeFlags {
  readonly reports?: string;
  readonly copy?: true;
  readonly lateDays: number;
}

interface RefreshFlags extends LogTableFlags, AthenaAccessFlags {
  readonly from?: string;
  readonly to?: string;
  readonly lateDays: number;
  readonly strict?: true;
}

export function addAthenaCommand(program: Command, context: CommandContext): void {
  const athena = program
    .command("athena")
    .description("the same reports on Athena: DDL, statements, a copy in Parquet");
  const sql = athena
    .command("sql")
    .description("print one statement that runs a report on Athena, to paste into its console")
    .argument("<report>", "name of a report")
    .option("--reports <folder>", "a folder with reports of your own")
    .option("--copy", "read the copy that spillway athena refresh keeps");
  addLateDaysFlag(sql, "read logs delivered up to so many days after --to", usualLateDays);
  addLogTableFlags(addScopeFlags(sql)).action(async (report: string, flags: SqlFlags) => {
    await printStatement(report, flags, context);
  });
  addAthenaSetupCommand(athena, context);
  const refresh = athena
    .command("refresh")
    .description("bring the copy in Parquet up to date, day by day")
    .option("--from <day>", "first delivery day (default: 90 days back)", day)
    .option("--to <day>", "last delivery day (default: today)", day)
    .option("--strict", "exit with 4 when a day could not be read");
  addLateDaysFlag(refresh, "days in which a late file may still come; they are read again once a day", 30);
  addProfileFlags(addAthenaAccessFlags(addLogTableFlags(addMaxScanFlag(refresh)))).action(
    async (flags: RefreshFlags) => {
      await refreshCopy(flags, context);
    },
  );
  for (const command of athena.commands) command.exitOverride();
}

async function printStatement(name: string, flags: SqlFlags, { effects }: CommandContext): Promise<void> {
  const [{ findReport, loadCatalogue }, { longestStatement, reportStatement }] = await Promise.all([
    import("../report/catalogue.ts"),
    import("../engines/athena/report-statement.ts"),
  ]);
  const report = findReport(loadCatalogue(flags.reports === undefined ? [] : [flags.reports]), name);
  const statement = reportStatement(report, {
    source:
      flags.copy === true
        ? { kind: "copy", database: [flags.athenaDatabase ?? ownDatabase] }
        : { kind: "logs", table: logTableOf(flags) },
    scope: await scopeOf(flags, effects.now()),
    lateDays: flags.lateDays,
    boundary: flags.boundary,
  });
  effects.stdout.write(statement.sql);
  effects.log.info(
    `${statement.bytes.toLocaleString("en-US")} bytes of the ${longestStatement.toLocaleString("en-US")} that Athena takes`,
  );
}

async function refreshCopy(flags: RefreshFlags, context: CommandContext): Promise<void> {
  const { effects, signal } = context;
  const [{ athenaCopyEngine, refreshCopy: refresh }, { listPricePerTerabyte, spending }, { disconnectAll }, days] =
    await Promise.all([
      import("../engines/athena/refresh.ts"),
      import("../engines/athena/cost.ts"),
      import("../aws/connection.ts"),
      import("../day.ts"),
    ]);
  days.checkDays(flags.from, flags.to);
  const spent = spending(flags.athenaPrice ?? listPricePerTerabyte);
  const access = await athenaAccessOf(flags, context);
  try {
    const summary = await refresh(athenaCopyEngine(access, spent, flags.maxScan, signal), {
      database: [flags.athenaDatabase ?? ownDatabase],
      table: logTableOf(flags),
      from: flags.from ?? days.addDays(days.dayOf(effects.now()), -days.firstRunDays),
      to: flags.to,
      lateDays: flags.lateDays,
      now: effects.now,
      log: effects.log,
    });
    effects.log.info(
      `the copy: ${summary.refreshed.length} days read, ${summary.unchanged} unchanged, ${summary.failed.length} failed`,
    );
    if (summary.failed.length > 0 && summary.refreshed.length + summary.unchanged === 0) {
      throw new SpillwayError("engine", "no day could be copied", { next: "The reasons stand above." });
    }
    if (flags.strict === true && summary.failed.length > 0) context.exitWith(exitCodes.incomplete);
  } finally {
    const line = spent.summary();
    if (line !== undefined) effects.log.info(line);
    await disconnectAll();
  }
}
