/** Owns `spillway report`: one report of the catalogue in any format, or the overview. */
import { type Command, Option } from "commander";
import type { Report } from "../report/catalogue.ts";
import type { PageHead } from "../report/page/data/page-data.ts";
import type { Engine } from "../engines/engine.ts";
import type { Scope } from "../sql/scope.ts";
import { type EngineFlags, addEngineFlags, openEngine } from "./flags/engine.ts";
import type { CommandContext } from "./flags/context.ts";
import { wholeNumber } from "./flags/values.ts";
import {
  type OutputFlags,
  type ScopeFlags,
  addOutputFlags,
  addScopeFlags,
  protectionOf,
  scopeOf,
  warnOfUnknownRegions,
} from "./flags/scope.ts";

/** As in the config; repeated here so that `--help` does not load it. */
const failOnKinds = ["boundary", "integrity", "stale", "findings"] as const;

export interface ReportFlags extends ScopeFlags, OutputFlags, EngineFlags {
  readonly reports?: string;
  readonly list?: true;
  readonly failOn?: readonly (typeof failOnKinds)[number][];
  readonly strict?: true;
  readonly maxAge?: number;
}

export function addReportCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("report")
    .description("print a report; without a name, the overview")
    .argument("[name]", "a report of the catalogue (--list shows them)")
    .option("--warehouse <file>", "warehouse file", "spillway.duckdb")
    .option("--reports <folder>", "a folder with SQL files of your own")
    .option("--list", "list the reports")
    .addOption(
      new Option("--fail-on <what...>", "exit with 3 when a claim is not met, or the logs are stale").choices(
        failOnKinds,
      ),
    )
    .option("--strict", "exit with 4 when a claim is not shown: gaps, unknowns")
    .option("--max-age <hours>", "age at which logs are stale (default: 24)", wholeNumber("--max-age", 1, 8760));
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
  const [{ checkColumns, findReport, loadCatalogue }, { applyScope, applyScopeWherePossible }, { printResult }] =
    await Promise.all([import("../report/catalogue.ts"), import("../sql/scope.ts"), import("./print-result.ts")]);
  const catalogue = loadCatalogue(foldersOf(flags));
  const report = name === undefined ? undefined : findReport(catalogue, name);
  const scope = { ...(await scopeOf(flags, effects.now())), maxAgeHours: flags.maxAge };
  await warnOfUnknownRegions(flags, effects.log);
  protectionOf(flags);
  const engine = await openEngine(flags, scope, context);
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
      await judgeClaims(engine, catalogue, scope, flags, context);
      return;
    }
    const result = await engine.run(applyScope(report.sql, scope, engine.qualify), signal, report.name);
    checkColumns(report, result.columns);
    await printResult(
      result,
      flags,
      effects,
      flags.format === "html" ? { report, head: await headOf(flags, scope, engine) } : undefined,
    );
    await judgeClaims(engine, catalogue, scope, flags, context);
  } finally {
    await engine.close();
  }
}

/** Only where it was asked for: on other engines each question costs a scan. */
async function judgeClaims(
  engine: Engine,
  catalogue: ReadonlyMap<string, Report>,
  scope: Scope,
  { failOn = [], strict, boundary }: ReportFlags,
  { effects, signal, exitWith }: CommandContext,
): Promise<void> {
  if (failOn.length === 0 && strict !== true) return;
  const [{ findReport }, { applyScopeWherePossible }, { claimFindings, claimsOf, exitCodeOf, notShown }] =
    await Promise.all([import("../report/catalogue.ts"), import("../sql/scope.ts"), import("../report/claims.ts")]);
  const range = await claimsOf(
    engine,
    (wanted) => applyScopeWherePossible(findReport(catalogue, wanted).sql, scope, engine.qualify),
    signal,
  );
  const failing = claimFindings(range, boundary).filter(
    ({ kind }) => failOn.includes("findings") || failOn.includes(kind),
  );
  const unshown = strict === true ? notShown(range.claims, boundary) : [];
  const exitCode = exitCodeOf(failing.length, unshown.length);
  const why = [...failing.map(({ message }) => message), ...unshown];
  if (exitCode !== 0) effects.log.warn(`exit code ${exitCode}: ${why.join("; ")}`, { exitCode });
  exitWith(exitCode);
}

async function headOf(flags: ReportFlags, scope: Scope, engine: Engine): Promise<PageHead> {
  const { pageHead } = await import("../report/page/head.ts");
  return pageHead({ scope, boundaryName: flags.boundary, engine: engine.name, protection: protectionOf(flags) });
}
