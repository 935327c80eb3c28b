/** The way from an engine's reports to the page: each one runs, is summed up row by row, and keeps its first rows. */
import type { Engine, Result } from "../../engines/engine.ts";
import { rowsOf } from "../../engines/result.ts";
import { regionRows } from "../../reference/regions.ts";
import type { Report } from "../catalogue.ts";
import { collectReport } from "./data/collect.ts";
import type { PageFacts } from "./data/facts.ts";
import { withoutComparison } from "./head.ts";
import type { OmittedReport, PageData, PageHead, ReportTable, WholeTable } from "./data/page-data.ts";

/** What the page says of a report beside its rows. */
export type Described = Pick<Report, "name" | "title" | "answers" | "columns" | "sql"> & {
  readonly limits?: string;
};

export interface PageRequest {
  readonly engine: Engine;
  readonly catalogue: ReadonlyMap<string, Report>;
  /** The statement of a report, in its scope. */
  readonly statement: (report: Report) => string;
  /** A report's rows with what policies add to them; none: nothing. */
  readonly amend?: ((report: string, result: Result) => Promise<Result>) | undefined;
  readonly head: PageHead;
  /** Where the whole of a report's rows stands, by report. */
  readonly whole?: ReadonlyMap<string, WholeTable> | undefined;
  readonly signal: AbortSignal;
}

/** The same numbers as another report, in another form. */
const repeated: ReadonlyMap<string, string> = new Map([
  ["region-flow", "it has the numbers of spillover-by-region in another form"],
]);

/** The data of the overview: every report of the catalogue, the user's own too. */
export async function buildPage(request: PageRequest): Promise<PageData> {
  const { engine, catalogue, statement, amend, whole, signal } = request;
  const head = await withoutComparison(request.head, engine, [...catalogue.keys()], signal);
  const tables: ReportTable[] = [];
  const omitted: OmittedReport[] = [];
  let facts: PageFacts = {};
  for (const report of catalogue.values()) {
    const why = reasonToOmit(report, head);
    if (why !== undefined) {
      omitted.push({ name: report.name, title: report.title, why });
      continue;
    }
    const sql = statement(report);
    const rows = await engine.run(sql, signal, report.name);
    const result = amend === undefined ? rows : await amend(report.name, rows);
    const page = await collectResult(report, result);
    // a report that reads nothing of what the scope restricts comes back as it is
    const isUnscoped = hasScope(head) && sql === report.sql;
    tables.push({ ...page.table, whole: whole?.get(report.name), isUnscoped });
    facts = { ...facts, ...page.facts };
  }
  return { head, regions: regionRows(), tables, facts, omitted };
}

/** A report that has no place on this page is named on it, with the reason. */
function reasonToOmit({ name, needsBoundary }: Report, { boundary }: PageHead): string | undefined {
  const same = repeated.get(name);
  if (same !== undefined) return same;
  return needsBoundary && boundary === undefined ? "it compares with a boundary, and none was given" : undefined;
}

function hasScope({ from, to, accounts, regions, principals }: PageHead): boolean {
  return [from, to, accounts, regions, principals].some((part) => part !== undefined);
}

/** The data of a page of one result. */
export async function buildResultPage(report: Described, result: Result, head: PageHead): Promise<PageData> {
  const { table, facts } = await collectResult(report, result);
  return { head, regions: regionRows(), tables: [table], facts, omitted: [] };
}

async function collectResult(
  report: Described,
  result: Result,
): Promise<{ readonly table: ReportTable; readonly facts: PageFacts }> {
  const docs = new Map(report.columns.map((column) => [column.name, column.doc]));
  const { name, title, answers, limits, sql } = report;
  const columns = result.columns.map((column) => ({ ...column, doc: docs.get(column.name) ?? "" }));
  return await collectReport({ name, title, answers, limits, sql, columns, rows: rowsOf(result) });
}
