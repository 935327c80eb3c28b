/** `spillway report`: one report of the catalogue in any format, or the overview. */
import type { Command } from "commander";
import type { Report } from "../report/catalogue.ts";
import type { Result } from "../engines/engine.ts";
import { SpillwayError, exitCodes } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { PolicyView } from "../report/policies/policy-view.ts";
import { type EngineFlags, addEngineFlags, openEngine } from "./flags/engine.ts";
import { type ClaimFlags, addClaimFlags, judgeClaims } from "./judge-claims.ts";
import type { CommandContext } from "./flags/context.ts";
import { addKeyFlags } from "./flags/policy.ts";
import { extrasOf } from "../report/results/extras.ts";
import { type ResultFlags, addResultFlags, formatOf, isDescribed, withTimeout } from "./flags/result.ts";
import {
  type OutputFlags,
  type ScopeFlags,
  addOutputFlags,
  addScopeFlags,
  scopeOf,
  warnOfUnknownRegions,
} from "./flags/scope.ts";
import { protectionOf } from "./flags/protection.ts";

export interface ReportFlags extends ScopeFlags, OutputFlags, EngineFlags, ResultFlags, ClaimFlags {
  readonly reports?: string;
  readonly list?: true;
  readonly pdf?: string;
  readonly describe?: true;
  readonly bundle?: string;
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
    .option("--describe", "show what the report answers, its columns and its SQL")
    .option("--bundle <file>", "drift, denials, overview: policy documents, from: spillway policy collect")
    .option("--pdf <file>", "print the page (--format html) to a PDF too; needs Chromium or Chrome (SPILLWAY_BROWSER)");
  addClaimFlags(addEngineFlags(addResultFlags(addOutputFlags(addScopeFlags(addKeyFlags(command)))))).action(
    async (name: string | undefined, flags: ReportFlags) => {
      if (flags.list === true) await listReports(flags, context);
      else if (flags.describe === true) await describeReport(name, flags, context);
      else await runReport(name, flags, context);
    },
  );
}

async function listReports(flags: ReportFlags, { effects }: CommandContext): Promise<void> {
  const { loadCatalogue } = await import("../report/catalogue.ts");
  for (const report of loadCatalogue(foldersOf(flags)).values())
    effects.stdout.write(`${report.name.padEnd(24)} ${report.answers}\n`);
}

async function describeReport(
  name: string | undefined,
  flags: ReportFlags,
  { effects }: CommandContext,
): Promise<void> {
  if (name === undefined) {
    throw new SpillwayError("usage", "--describe needs the name of a report", {
      next: "For example: spillway report denials --describe; --list shows all",
    });
  }
  const [{ findReport, loadCatalogue }, { reportDescription }, { applyScope }, { columnsWithoutData, qualify }] =
    await Promise.all([
      import("../report/catalogue.ts"),
      import("../report/results/describe-report.ts"),
      import("../sql/scope.ts"),
      import("../engines/duckdb/engine.ts"),
    ]);
  const report = findReport(loadCatalogue(foldersOf(flags)), name);
  // any boundary will do: the columns are the same
  const columns = await columnsWithoutData(applyScope(report.sql, { boundary: [] }, qualify));
  effects.stdout.write(reportDescription(report, columns));
}

function foldersOf(flags: ReportFlags): readonly string[] {
  return flags.reports === undefined ? [] : [flags.reports];
}

/** Runs a report, or the overview without a name. */
export async function runReport(name: string | undefined, flags: ReportFlags, context: CommandContext): Promise<void> {
  const { effects, signal } = context;
  const codes: number[] = [];
  const noting: CommandContext = { ...context, exitWith: (code) => void codes.push(code) };
  const [
    { checkColumns, findReport, loadCatalogue },
    { applyScope, applyScopeWherePossible },
    { printResult },
    { filesFor },
    { checkPageFlags, headOfReport, printPage, printPdfOf },
    { readScope },
    { checkHasBeginning },
  ] = await Promise.all([
    import("../report/catalogue.ts"),
    import("../sql/scope.ts"),
    import("./print-result.ts"),
    import("../report/output.ts"),
    import("./page.ts"),
    import("../sql/earlier.ts"),
    import("../report/first-seen.ts"),
  ]);
  const catalogue = loadCatalogue(foldersOf(flags));
  const report = name === undefined ? undefined : findReport(catalogue, name);
  refuseStrayPolicyFlags(report, flags);
  const policies = await policyViewOf(report, flags, effects.log);
  const asked = { ...(await scopeOf(flags, effects.now())), maxAgeHours: flags.maxAge };
  await warnOfUnknownRegions(flags, effects.log);
  const protection = protectionOf(flags);
  checkPageFlags(flags, context);
  const describes = isDescribed(flags);
  const { failOn = [] } = flags;
  if (failOn.includes("first-seen")) checkHasBeginning(asked.from);
  const statements = [report, failOn.includes("first-seen") ? catalogue.get("first-seen") : undefined];
  const read = readScope(statements.map((each) => each?.sql ?? "").join("\n;\n"), asked);
  const engine = await openEngine(flags, read, context, filesFor(flags.output), protection);
  try {
    const readsReach = report === undefined || report.name === "drift";
    const scope =
      readsReach && policies !== undefined
        ? await (await import("../report/policies/drift.ts")).withReach(asked, policies, engine)
        : asked;
    const { policyReader } = await import("../report/policies/policy-reader.ts");
    const amend = policyReader(policies, scope, engine);
    // elsewhere each question costs a scan
    const { warnOfEmptyScope } = await import("../report/empty-scope.ts");
    const unmatched = engine.name === "duckdb" ? await warnOfEmptyScope(engine, scope, effects.log) : [];
    if (report?.name === "invocation-log-gaps") {
      const { warnWithoutInvocationLogs } = await import("../report/without-invocation-logs.ts");
      await warnWithoutInvocationLogs(engine, effects.log);
    }
    const order = { engine, scope, flags, context, bundleDay: policies?.bundle.collected_at, unmatched };
    const isPage = formatOf(flags) === "html";
    if (report === undefined) {
      const statement = (wanted: Report): string => applyScopeWherePossible(wanted.sql, scope, engine.qualify);
      const { printOverview } = await import("./overview.ts");
      await withTimeout(flags, signal, async (until) => {
        const all = { ...order, context: { ...context, signal: until }, catalogue, statement, amend };
        await (isPage ? printPage(all) : printOverview(all));
      });
      await printPdfOf(flags, context);
      await judgeClaims({ engine, catalogue, scope, flags, context });
      return;
    }
    await withTimeout(flags, signal, async (until) => {
      const statement = applyScope(report.sql, scope, engine.qualify);
      const itself = describes
        ? await (
            await import("../report/results/self-description.ts")
          ).selfDescription(
            { report, sql: statement },
            { scope, boundaryName: flags.boundary, engine, protection },
            catalogue.get("claims"),
          )
        : undefined;
      const result = await engine.run(statement, until, report.name);
      checkColumns(report, result.columns);
      const page = isPage ? { report, head: await headOfReport(report.name, order) } : undefined;
      await printResult(await withFindings(report, await amend(report.name, result), flags, noting), flags, effects, {
        signal: until,
        page,
        ...extrasOf(formatOf(flags), itself),
      });
    });
    await printPdfOf(flags, context);
    await judgeClaims({ engine, catalogue, scope, flags, context: noting });
    // where both hold, findings outweigh what is not known
    if (codes.length > 0) context.exitWith(Math.min(...codes));
  } finally {
    await engine.close();
  }
}

/** The rows, with findings counted where the flags ask for it. */
async function withFindings(
  report: Report,
  result: Result,
  flags: ReportFlags,
  { exitWith }: CommandContext,
): Promise<Result> {
  if (report.name !== "drift" || flags.failOn?.includes("drift") !== true) return result;
  const { countDrift } = await import("../report/policies/drift.ts");
  const counted = await countDrift(result);
  if (counted.findings > 0) exitWith(exitCodes.findings);
  return counted.result;
}

/** The boundary and bundle of a report about policies, with a word where one is missing. */
async function policyViewOf(
  report: Report | undefined,
  { bundle, boundary, ...keys }: ReportFlags,
  log: Logger,
): Promise<PolicyView | undefined> {
  if (report?.name === "drift") {
    if (boundary === undefined) log.info("no boundary is named: nothing is marked as outside of it; add --boundary eu");
    if (bundle === undefined) log.info("no bundle is named: what policies allow is not evaluated; add --bundle FILE");
  }
  if (bundle === undefined) return undefined;
  const { readPolicyView } = await import("../report/policies/policy-view.ts");
  return await readPolicyView(bundle, keys);
}

function refuseStrayPolicyFlags(report: Report | undefined, flags: ReportFlags): void {
  const takes = report === undefined || report.name === "drift" || report.name === "denials";
  if (flags.bundle !== undefined && !takes)
    throw new SpillwayError("usage", "--bundle is for the overview and the reports drift and denials", {
      next: "Name one of them, or leave it out.",
    });
  if (flags.failOn?.includes("drift") === true && report?.name !== "drift")
    throw new SpillwayError("usage", "--fail-on drift is for the report drift", {
      next: "Run: spillway report drift --fail-on drift",
    });
}
