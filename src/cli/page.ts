/** Owns pages on their way out: HTML to stdout or a file, and a PDF of it where a browser is there. */
import { SpillwayError } from "../errors.ts";
import type { Engine } from "../engines/engine.ts";
import type { Report } from "../report/catalogue.ts";
import type { PageData } from "../report/page/data/page-data.ts";
import type { Scope } from "../sql/scope.ts";
import type { CommandContext } from "./flags/context.ts";
import { type OutputFlags, type ScopeFlags, protectionOf } from "./flags/scope.ts";

export interface ReportOrder {
  readonly engine: Engine;
  readonly catalogue: ReadonlyMap<string, Report>;
  /** The statement of a report, in its scope. */
  readonly statement: (report: Report) => string;
  readonly scope: Scope;
  readonly flags: OutputFlags & Pick<ScopeFlags, "boundary"> & { readonly pdf?: string };
  readonly context: CommandContext;
}

/** Wrong use is said before the engine runs. */
export function checkPageFlags({ format, output, pdf }: ReportOrder["flags"], { effects }: CommandContext): void {
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

/** The page of one report, or of all of them. */
export async function printPage(order: ReportOrder, report: Report | undefined): Promise<void> {
  const { flags, context } = order;
  const { effects, signal } = context;
  const [{ renderPage }, { withOutput }, { send }] = await Promise.all([
    import("../report/page/page.ts"),
    import("../report/output.ts"),
    import("../report/formats/format.ts"),
  ]);
  const data = await pageData(order, report);
  const page = renderPage(data);
  await withOutput(flags.output, effects.stdout, (output) => send(output, page));
  const rows = report === undefined ? "" : `: ${(data.tables[0]?.total ?? 0).toLocaleString("en-US")} rows`;
  if (flags.output !== undefined) effects.log.info(`wrote ${flags.output}${rows}`);
  if (flags.pdf === undefined) return;
  await writePdf(page, flags.pdf, effects.env, signal);
  effects.log.info(`wrote ${flags.pdf}`);
}

async function pageData(order: ReportOrder, report: Report | undefined): Promise<PageData> {
  const { engine, statement, scope, flags, context } = order;
  const [{ buildPage, buildResultPage }, { pageHead }] = await Promise.all([
    import("../report/page/build-page.ts"),
    import("../report/page/head.ts"),
  ]);
  const protection = protectionOf(flags);
  const head = pageHead({ scope, boundaryName: flags.boundary, engine: engine.name, protection });
  if (report === undefined) return await buildPage({ ...order, head, protection, signal: context.signal });
  const result = await engine.run(statement(report), context.signal, report.name);
  if (protection === undefined) return await buildResultPage(report, result, head);
  const { protectResult } = await import("../report/pseudonymise.ts");
  return await buildResultPage(report, protectResult(result, protection), head);
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
