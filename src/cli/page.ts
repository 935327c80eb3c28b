/** Owns pages on their way out: HTML to stdout or a file, and a PDF of it where a browser is there. */
import { SpillwayError } from "../errors.ts";
import type { Engine, Result } from "../engines/engine.ts";
import type { Report } from "../report/catalogue.ts";
import type { PageData, PageHead } from "../report/page/data/page-data.ts";
import type { Scope } from "../sql/scope.ts";
import type { CommandContext } from "./flags/context.ts";
import { type OutputFlags, type ScopeFlags, protectionOf } from "./flags/scope.ts";

export interface PageOrder {
  readonly engine: Engine;
  readonly scope: Scope;
  readonly flags: OutputFlags & Pick<ScopeFlags, "boundary"> & { readonly pdf?: string };
  readonly context: CommandContext;
}

export interface OverviewOrder extends PageOrder {
  readonly catalogue: ReadonlyMap<string, Report>;
  /** The statement of a report, in its scope. */
  readonly statement: (report: Report) => string;
}

/** Wrong use is said before the engine runs. */
export function checkPageFlags({ format, output, pdf }: PageOrder["flags"], { effects }: CommandContext): void {
  if (pdf !== undefined && format !== "html") {
    throw new SpillwayError("usage", "--pdf prints the page, and no page was asked for", {
      next: `Add the page: --format html --output report.html --pdf ${pdf}`,
    });
  }
  if (format === "html" && output === undefined && effects.stdout.isTTY === true) {
    throw new SpillwayError("usage", "html is not for a terminal", {
      next: "Add --output report.html, or pipe it into a program.",
    });
  }
}

/** The page of all reports. */
export async function printPage(order: OverviewOrder): Promise<void> {
  const { buildPage } = await import("../report/page/build-page.ts");
  const { signal } = order.context;
  const protection = protectionOf(order.flags);
  await writePage(await buildPage({ ...order, head: await headOf(order), protection, signal }), order, "");
}

/** The page of one report. */
export async function printReportPage(order: PageOrder, report: Report, result: Result): Promise<void> {
  const [{ buildResultPage }, { protectResult }] = await Promise.all([
    import("../report/page/build-page.ts"),
    import("../report/pseudonymise.ts"),
  ]);
  const protection = protectionOf(order.flags);
  const shown = protection === undefined ? result : protectResult(result, protection);
  const data = await buildResultPage(report, shown, await headOf(order));
  await writePage(data, order, `: ${(data.tables[0]?.total ?? 0).toLocaleString("en-US")} rows`);
}

async function headOf({ engine, scope, flags }: PageOrder): Promise<PageHead> {
  const { pageHead } = await import("../report/page/head.ts");
  return pageHead({ scope, boundaryName: flags.boundary, engine: engine.name, protection: protectionOf(flags) });
}

async function writePage(data: PageData, { flags, context }: PageOrder, rows: string): Promise<void> {
  const { effects, signal } = context;
  const [{ renderPage }, { withOutput }, { send }] = await Promise.all([
    import("../report/page/page.ts"),
    import("../report/output.ts"),
    import("../report/formats/format.ts"),
  ]);
  const page = renderPage(data);
  await withOutput(flags.output, effects.stdout, (output) => send(output, page));
  if (flags.output !== undefined) effects.log.info(`wrote ${flags.output}${rows}`);
  if (flags.pdf === undefined) return;
  await writePdf(page, flags.pdf, effects.env, signal);
  effects.log.info(`wrote ${flags.pdf}`);
}

/** The page is there already: without a browser only the PDF is missing. */
async function writePdf(
  page: string,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  const [{ findBrowser }, { printPdf }] = await Promise.all([
    import("../report/pdf/find-browser.ts"),
    import("../report/pdf/print-pdf.ts"),
  ]);
  const browser = findBrowser(env);
  if (browser === undefined) {
    throw new SpillwayError("output", `the page is written, but not ${file}: no Chromium or Chrome was found`, {
      next: "Install one (Debian and Ubuntu: apt-get install chromium), or name it: SPILLWAY_BROWSER=/path/to/chrome",
    });
  }
  await printPdf({ page, file, browser, signal });
}
