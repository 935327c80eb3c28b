/** Owns the way from an engine's reports to the page: each one runs, is summed up row by row, and keeps its first rows. */
import type { Engine, Result } from "../../engines/engine.ts";
import { rowsOf } from "../../engines/result.ts";
import { SpillwayError } from "../../errors.ts";
import { regionRows } from "../../reference/regions.ts";
import type { Report } from "../catalogue.ts";
import { collectReport } from "./data/collect.ts";
import type { PageFacts } from "./data/facts.ts";
import type { OmittedReport, PageData, PageHead, ReportTable, WholeTable } from "./data/page-data.ts";

/** What the page says of a report beside its rows. */
export type Described = Pick<Report, "name" | "title" | "answers" | "columns" | "sql">;

export interface PageRequest {
  readonly engine: Engine;
  readonly catalogue: ReadonlyMap<string, Report>;
  /** The statement of a report, in its scope. */
  readonly statement: (report: Report) => string;
  readonly head: PageHead;
  /** Where the whole of a report's rows stands, by report. */
  readonly whole?: ReadonlyMap<string, WholeTable> | undefined;
  readonly signal: AbortSignal;
}

/** The same numbers as another report, in another form. */
const repeated: Readonly<Record<string, string>> = {
  "region-flow": "it has the numbers of spillover-by-region in another form",
};

/** The data of the overview: every report of the catalogue, the user's own too. */
export async function buildPage(request: PageRequest): Promise<PageData> {
  const { engine, catalogue, head, whole, signal } = request;
  const tables: ReportTable[] = [];
  const omitted: OmittedReport[] = [];
  let facts: PageFacts = {};
  for (const report of catalogue.values()) {
    const planned = plan(report, request);
    if ("why" in planned) {
      omitted.push(planned);
      continue;
    }
    const result = await engine.run(planned.statement, signal, report.name);
    const page = await collectResult(report, result, whole?.get(report.name));
    tables.push(page.table);
    facts = { ...facts, ...page.facts };
  }
  return { head, regions: regionRows(), tables, facts, omitted };
}

/** A report that has no place on this page is named on it, with the reason. */
function plan(report: Report, { head, statement }: PageRequest): { readonly statement: string } | OmittedReport {
  const { name, title } = report;
  const same = repeated[name];
  if (same !== undefined) return { name, title, why: same };
  if (report.needsBoundary && head.boundary === undefined)
    return { name, title, why: "it compares with a boundary, and none was given" };
  try {
    return { statement: statement(report) };
  } catch (error) {
    // a report that reads nothing of what the scope restricts would answer another question
    if (!(error instanceof SpillwayError) || error.code !== "usage") throw error;
    return { name, title, why: error.message };
  }
}

/** The data of a page of one result. */
export async function buildResultPage(report: Described, result: Result, head: PageHead): Promise<PageData> {
  const { table, facts } = await collectResult(report, result, undefined);
  return { head, regions: regionRows(), tables: [table], facts, omitted: [] };
}

async function collectResult(
  report: Described,
  result: Result,
  whole: WholeTable | undefined,
): Promise<{ readonly table: ReportTable; readonly facts: PageFacts }> {
  const docs = new Map(report.columns.map((column) => [column.name, column.doc]));
  const { name, title, answers, sql } = report;
  const columns = result.columns.map((column) => ({ ...column, doc: docs.get(column.name) ?? "" }));
  const { table, facts } = await collectReport({ name, title, answers, sql, columns, rows: rowsOf(result) });
  return { table: whole === undefined ? table : { ...table, whole }, facts };
}
