/** Owns `spillway report`: one report of the catalogue in any format, or the overview. */
import { type Command, Option } from "commander";
import type { Report } from "../report/catalogue.ts";
import type { PageHead } from "../report/page/data/page-data.ts";
import type { Engine, Result } from "../engines/engine.ts";
import { SpillwayError, exitCodes } from "../errors.ts";
import type { Scope } from "../sql/scope.ts";
import { type EngineFlags, addEngineFlags, openEngine } from "./flags/engine.ts";
import type { CommandContext } from "./flags/context.ts";
import { addKeyFlags } from "./flags/policy.ts";
import { type ResultFlags, addResultFlags, formatOf, withTimeout } from "./flags/result.ts";
import {
  type OutputFlags,
  type ScopeFlags,
  addOutputFlags,
  addScopeFlags,
  scopeOf,
  warnOfUnknownRegions,
} from "./flags/scope.ts";
import { protectionOf } from "./flags/protection.ts";

export interface ReportFlags extends ScopeFlags, OutputFlags, EngineFlags, ResultFlags {
  readonly reports?: string;
  readonly list?: true;
  readonly bundle?: string;
  readonly failOn?: "drift";
  readonly context?: readonly string[];
  readonly absent?: readonly string[];
}

export function addReportCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("report")
    .description("print a report; without a name, the overview")
    .argument("[name]", "a report of the catalogue (--list shows them)")
    .option("--warehouse <file>", "warehouse file", "spillway.duckdb")
    .option("--reports <folder>", "a folder with SQL files of your own")
    .option("--list", "list the reports")
    .option("--bundle <file>", "drift, denials: policy documents, from: spillway policy collect")
    .addOption(new Option("--fail-on <what>", "drift: exit with 3 when something does not fit").choices(["drift"]));
  addEngineFlags(addResultFlags(addOutputFlags(addScopeFlags(addKeyFlags(command))))).action(
    async (name: string | undefined, flags: ReportFlags) => {
      if (flags.list === true) await listReports(flags, context);
      else await runReport(name, flags, context);
    },
  );
}

async function listReports(flags: ReportFlags, { effects }: CommandContext): Promise<void> {
  const { loadCatalogue } = await import("../report/catalogue.ts");
  for (const report of loadCatalogue(foldersOf(flags)).values())
    effects.stdout.write(`${report.name.padEnd(24)} ${report.answers}\n`);
}

function foldersOf(flags: ReportFlags): readonly string[] {
  return flags.reports === undefined ? [] : [flags.reports];
}

/** Runs a report, or the overview without a name. */
export async function runReport(name: string | undefined, flags: ReportFlags, context: CommandContext): Promise<void> {
  const { effects, signal } = context;
  const [
    { checkColumns, findReport, loadCatalogue },
    { applyScope, applyScopeWherePossible },
    { printResult },
    { filesFor },
  ] = await Promise.all([
    import("../report/catalogue.ts"),
    import("../sql/scope.ts"),
    import("./print-result.ts"),
    import("../report/output.ts"),
  ]);
  const catalogue = loadCatalogue(foldersOf(flags));
  const report = name === undefined ? undefined : findReport(catalogue, name);
  refuseStrayPolicyFlags(report, flags);
  const asked = await scopeOf(flags, effects.now());
  await warnOfUnknownRegions(flags, effects.log);
  const engine = await openEngine(flags, asked, context, filesFor(flags.output), protectionOf(flags));
  try {
    const scope =
      report?.name === "drift"
        ? await (await import("./report-drift.ts")).driftScope(asked, flags, engine, effects.log)
        : asked;
    // elsewhere each question costs a scan
    if (engine.name === "duckdb") {
      const { warnOfEmptyScope } = await import("../report/empty-scope.ts");
      await warnOfEmptyScope(engine, scope, effects.log);
    }
    if (report === undefined) {
      const { printOverview } = await import("./overview.ts");
      const statement = (wanted: Report): string => applyScopeWherePossible(wanted.sql, scope, engine.qualify);
      await printOverview({ engine, catalogue, statement, scope, flags, context });
      return;
    }
    await withTimeout(flags, signal, async (until) => {
      const result = await engine.run(applyScope(report.sql, scope, engine.qualify), until, report.name);
      checkColumns(report, result.columns);
      const page = formatOf(flags) === "html" ? { report, head: await headOf(flags, scope, engine) } : undefined;
      await printResult(await judged(report, result, scope, engine, flags, context), flags, effects, {
        signal: until,
        page,
      });
    });
  } finally {
    await engine.close();
  }
}

/** The rows with what the policies say of them, where the flags ask for it. */
async function judged(
  report: Report,
  result: Result,
  scope: Scope,
  engine: Engine,
  flags: ReportFlags,
  { exitWith }: CommandContext,
): Promise<Result> {
  if (report.name === "denials" && flags.bundle !== undefined) {
    const { explainDenials } = await import("./report-denials.ts");
    return await explainDenials(result, { ...flags, bundle: flags.bundle }, scope, engine);
  }
  if (report.name !== "drift" || flags.failOn !== "drift") return result;
  const { countDrift } = await import("./report-drift.ts");
  const counted = await countDrift(result);
  if (counted.findings > 0) exitWith(exitCodes.findings);
  return counted.result;
}

function refuseStrayPolicyFlags(report: Report | undefined, flags: ReportFlags): void {
  const takes = report?.name === "drift" || report?.name === "denials";
  if (flags.bundle !== undefined && !takes)
    throw new SpillwayError("usage", "--bundle is for the reports drift and denials", {
      next: "Name one of them, or leave it out.",
    });
  if (flags.failOn === "drift" && report?.name !== "drift")
    throw new SpillwayError("usage", "--fail-on drift is for the report drift", {
      next: "Run: spillway report drift --fail-on drift",
    });
}

async function headOf(flags: ReportFlags, scope: Scope, engine: Engine): Promise<PageHead> {
  const { pageHead } = await import("../report/page/head.ts");
  return pageHead({ scope, boundaryName: flags.boundary, engine: engine.name, protection: protectionOf(flags) });
}
