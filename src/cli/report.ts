/** Owns `spillway report`: one report of the catalogue in any format, or the overview. */
import type { Command } from "commander";
import type { Report } from "../report/catalogue.ts";
import type { PageHead } from "../report/page/data/page-data.ts";
import type { Engine } from "../engines/engine.ts";
import type { Scope } from "../sql/scope.ts";
import { type EngineFlags, addEngineFlags, openEngine } from "./flags/engine.ts";
import { type ClaimFlags, addClaimFlags, judgeClaims } from "./judge-claims.ts";
import type { CommandContext } from "./flags/context.ts";
import { type ResultFlags, addResultFlags, formatOf, withTimeout } from "./flags/result.ts";
import {
  type OutputFlags,
  type ScopeFlags,
  addOutputFlags,
  addScopeFlags,
  protectionOf,
  scopeOf,
  warnOfUnknownRegions,
} from "./flags/scope.ts";

export interface ReportFlags extends ScopeFlags, OutputFlags, EngineFlags, ResultFlags, ClaimFlags {
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
  addClaimFlags(addEngineFlags(addResultFlags(addOutputFlags(addScopeFlags(command))))).action(
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
  const scope = { ...(await scopeOf(flags, effects.now())), maxAgeHours: flags.maxAge };
  await warnOfUnknownRegions(flags, effects.log);
  protectionOf(flags);
  const engine = await openEngine(flags, scope, context, filesFor(flags.output));
  try {
    // elsewhere each question costs a scan
    if (engine.name === "duckdb") {
      const { warnOfEmptyScope } = await import("../report/empty-scope.ts");
      await warnOfEmptyScope(engine, scope, effects.log);
    }
    if (report === undefined) {
      const { printOverview } = await import("./overview.ts");
      const statement = (wanted: Report): string => applyScopeWherePossible(wanted.sql, scope, engine.qualify);
      await printOverview({ engine, catalogue, statement, scope, flags, context });
      await judgeClaims({ engine, catalogue, scope, flags, context });
      return;
    }
    await withTimeout(flags, signal, async (until) => {
      const result = await engine.run(applyScope(report.sql, scope, engine.qualify), until, report.name);
      checkColumns(report, result.columns);
      const page = formatOf(flags) === "html" ? { report, head: await headOf(flags, scope, engine) } : undefined;
      await printResult(result, flags, effects, { signal: until, page });
    });
    await judgeClaims({ engine, catalogue, scope, flags, context });
  } finally {
    await engine.close();
  }
}

async function headOf(flags: ReportFlags, scope: Scope, engine: Engine): Promise<PageHead> {
  const { pageHead } = await import("../report/page/head.ts");
  return pageHead({ scope, boundaryName: flags.boundary, engine: engine.name, protection: protectionOf(flags) });
}
