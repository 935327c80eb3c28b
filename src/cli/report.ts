/** Owns `spillway report`: one report of the catalogue in any format, or the overview. */
import type { Command } from "commander";
import { SpillwayError } from "../errors.ts";
import type { Engine } from "../engines/engine.ts";
import type { Scope } from "../sql/scope.ts";
import { type EngineFlags, addEngineFlags, openEngine } from "./flags/engine.ts";
import type { CommandContext } from "./flags/context.ts";
import {
  type OutputFlags,
  type ScopeFlags,
  addOutputFlags,
  addScopeFlags,
  protectionOf,
  scopeOf,
  warnOfUnknownRegions,
} from "./flags/scope.ts";

export interface ReportFlags extends ScopeFlags, OutputFlags, EngineFlags {
  readonly reports?: string;
  readonly list?: true;
}

export function addReportCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("report")
    .description("print a report; without a name, the overview")
    .argument("[name]", "a report of the catalogue (--list shows them)")
    .option("--warehouse <file>", "warehouse file", "spillway.duckdb")
    .option("--reports <folder>", "a folder with SQL files of your own")
    .option("--list", "list the reports");
  addEngineFlags(addOutputFlags(addScopeFlags(command))).action(
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
  const [{ findReport, loadCatalogue }, { applyScope }, { printResult }] = await Promise.all([
    import("../report/catalogue.ts"),
    import("../sql/scope.ts"),
    import("./print-result.ts"),
  ]);
  const catalogue = loadCatalogue(foldersOf(flags));
  const report = name === undefined ? undefined : findReport(catalogue, name);
  const scope = await scopeOf(flags, effects.now());
  await warnOfUnknownRegions(flags, effects.log);
  protectionOf(flags);
  const engine = await openEngine(flags, scope, context);
  try {
    if (report === undefined) {
      const sqlOf = (wanted: string): string => findReport(catalogue, wanted).sql;
      const statement: OverviewStatement = (wanted, around = (sql) => sql) =>
        applyScope(around(sqlOf(wanted)), scope, engine.qualify);
      await printOverview(engine, statement, flags, scope, context);
      return;
    }
    const statement = applyScope(report.sql, scope, engine.qualify);
    await printResult(await engine.run(statement, signal, report.name), flags, effects);
  } finally {
    await engine.close();
  }
}

type OverviewStatement = (report: string, around?: (sql: string) => string) => string;

/** The overview is for people: it has no rows to export. */
async function printOverview(
  engine: Engine,
  statement: OverviewStatement,
  flags: ReportFlags,
  scope: Scope,
  { effects, signal }: CommandContext,
): Promise<void> {
  if (flags.format !== undefined && flags.format !== "table") {
    throw new SpillwayError("usage", `the overview is text for people, not ${flags.format}`, {
      next: "Name a report, for example: spillway report spillover-by-region --format json",
    });
  }
  const [{ overviewText }, { overviewData }, { withOutput }, { wantsColor }] = await Promise.all([
    import("../report/overview/overview.ts"),
    import("../report/overview/data.ts"),
    import("../report/output.ts"),
    import("./print-result.ts"),
  ]);
  const boundary = scope.boundary && { name: flags.boundary ?? "", regions: scope.boundary };
  const protection = protectionOf(flags);
  const data = await overviewData({ engine, statement, asked: scope, boundary, protection, signal });
  const terminal = flags.output === undefined && effects.stdout.isTTY === true;
  const text = overviewText(data, {
    width: terminal ? effects.stdout.columns : undefined,
    color: terminal && wantsColor(effects),
  });
  await withOutput(flags.output, effects.stdout, async (output) => void output.write(text));
}
