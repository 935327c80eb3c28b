/** Owns the way from a report's rows to the page: its first rows are kept, all are counted and summed up. */
import type { Cell } from "../../../engines/engine.ts";
import { plainCell } from "../../../engines/result.ts";
import { cut } from "../../value-text.ts";
import { type PageFacts, knownReports } from "./facts.ts";
import type { PageColumn, ReportTable } from "./page-data.ts";
import type { KnownReport, Row } from "./reducer.ts";

/** A report, and its rows as they come. */
export interface ReportRows {
  readonly name: string;
  readonly title: string;
  readonly answers: string;
  readonly limits?: string | undefined;
  readonly sql: string;
  readonly columns: readonly PageColumn[];
  readonly rows: AsyncIterable<readonly Cell[]>;
}

export interface Collected {
  readonly table: ReportTable;
  /** At most one report's. */
  readonly facts: PageFacts;
}

/** Enough for the longest table that fits on the page. */
const keptRows = 5000;

/** Reads a report to its end. Memory does not grow with it, beyond what the charts draw. */
export async function collectReport(report: ReportRows, keep: number = keptRows): Promise<Collected> {
  const { rows: source, ...described } = report;
  const known = knownReportOf(report);
  const reducer = known?.start();
  const places = new Map(report.columns.map((column, index) => [column.name, index]));
  const rows: (readonly Cell[])[] = [];
  let cells: readonly Cell[] = [];
  const row: Row = (name) => {
    const index = places.get(name) ?? -1;
    const column = report.columns[index];
    return column === undefined ? null : plainCell(column, cells[index] ?? null);
  };
  let total = 0;
  for await (cells of source) {
    total++;
    if (total <= keep) rows.push(cells);
    reducer?.add(row);
  }
  const facts: PageFacts = reducer === undefined ? {} : { [report.name]: reducer.facts() };
  // a title is a line and a question a sentence, whatever a file's head says
  const [title, answers] = [cut(described.title, 120), cut(described.answers, 400)];
  const limits = described.limits === undefined || described.limits === "" ? undefined : cut(described.limits, 600);
  return { table: { ...described, title, answers, limits, rows, total }, facts };
}

/** A report that the page has a place for: by its name, and by the columns that it reads. */
function knownReportOf({ name, columns }: Pick<ReportRows, "name" | "columns">): KnownReport<unknown> | undefined {
  const known: KnownReport<unknown> | undefined = Object.hasOwn(knownReports, name)
    ? knownReports[name as keyof PageFacts] // hasOwn has just said that it is one
    : undefined;
  const there = new Set(columns.map((column) => column.name));
  return known?.columns.every((column) => there.has(column)) === true ? known : undefined;
}
