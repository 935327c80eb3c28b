/** The output of pages: HTML to stdout or a file, and a PDF of the file if a browser is installed. */
import { SpillwayError } from "../errors.ts";
import type { Engine, Result } from "../engines/engine.ts";
import type { Report } from "../report/catalogue.ts";
import type { PageHead } from "../report/page/data/page-data.ts";
import type { Scope } from "../sql/scope.ts";
import type { CommandContext } from "./flags/context.ts";
import { type ResultFlags, formatOf } from "./flags/result.ts";
import { protectionOf } from "./flags/protection.ts";
import type { OutputFlags, ScopeFlags } from "./flags/scope.ts";

export interface PageFlags extends OutputFlags, ResultFlags, Pick<ScopeFlags, "boundary"> {
  readonly pdf?: string;
  readonly athenaTable?: string;
  readonly trinoTable?: string;
}

export interface PageOrder {
  readonly engine: Engine;
  readonly scope: Scope;
  readonly flags: PageFlags;
  readonly context: CommandContext;
  /** The day on which the bundle's documents were read; undefined without a bundle. */
  readonly bundleDay?: string | undefined;
  /** What of the scope no call matches, in sentences without a full stop. */
  readonly unmatched?: readonly string[];
}

export interface OverviewOrder extends PageOrder {
  readonly catalogue: ReadonlyMap<string, Report>;
  /** The statement of a report, in its scope. */
  readonly statement: (report: Report) => string;
  /** A report's rows with the additions of policies. */
  readonly amend: (report: string, result: Result) => Promise<Result>;
}

/** Checks the flags before the engine runs. */
export function checkPageFlags(flags: PageFlags, { effects }: CommandContext): void {
  const isPage = formatOf(flags) === "html";
  if (flags.pdf !== undefined && (!isPage || flags.output === undefined)) {
    throw new SpillwayError("usage", "--pdf prints the file of a page, and none was asked for", {
      next: `Add the page: --format html --output report.html --pdf ${flags.pdf}`,
    });
  }
  if (isPage && flags.output === undefined && effects.stdout.isTTY === true) {
    throw new SpillwayError("usage", "html is not for a terminal", {
      next: "Add --output report.html, or pipe it into a program.",
    });
  }
}

/** Prints the page of all reports. */
export async function printPage(order: OverviewOrder): Promise<void> {
  const { flags, context } = order;
  const [{ buildPage }, { renderPage }, { withOutput }, { send }] = await Promise.all([
    import("../report/page/build-page.ts"),
    import("../report/page/page.ts"),
    import("../report/output.ts"),
    import("../report/formats/format.ts"),
  ]);
  const { effects, signal } = context;
  const data = await buildPage({ ...order, head: await headOf(order, true), signal });
  await withOutput(flags.output, effects.stdout, (output) => send(output, renderPage(data)));
  if (flags.output !== undefined) effects.log.info(`wrote ${flags.output}`);
}

/** Of one report's page. */
export async function headOfReport(name: string, order: PageOrder): Promise<PageHead> {
  const { withoutComparison } = await import("../report/page/head.ts");
  const head = await withoutComparison(await headOf(order), order.engine, [name], order.context.signal);
  return { ...head, maxRows: order.flags.maxRows };
}

/** The head of a page; `isWhole` says that it has all reports, none of which reads more of a table of logs than the range. */
async function headOf({ engine, scope, flags, bundleDay, unmatched }: PageOrder, isWhole = false): Promise<PageHead> {
  const { pageHead } = await import("../report/page/head.ts");
  const isBounded = isWhole && scope.from !== undefined && (flags.athenaTable ?? flags.trinoTable) !== undefined;
  return pageHead({
    scope,
    boundaryName: flags.boundary,
    engine: engine.name,
    protection: protectionOf(flags),
    isBounded,
    bundleDay,
    notes: unmatched,
  });
}

/** Prints the PDF of a page already written: without a browser only the PDF is missing. */
export async function printPdfOf({ output, pdf }: PageFlags, { effects, signal }: CommandContext): Promise<void> {
  if (pdf === undefined || output === undefined) return;
  const [{ findBrowser }, { printPdf }] = await Promise.all([
    import("../report/pdf/find-browser.ts"),
    import("../report/pdf/print-pdf.ts"),
  ]);
  const browser = findBrowser(effects.env);
  if (browser === undefined) {
    throw new SpillwayError("output", `the page is written, but not ${pdf}: no Chromium or Chrome was found`, {
      next: "Install one (Debian and Ubuntu: apt-get install chromium), or name it: SPILLWAY_BROWSER=/path/to/chrome",
    });
  }
  await printPdf({ page: output, file: pdf, browser, signal });
  effects.log.info(`wrote ${pdf}`);
}
