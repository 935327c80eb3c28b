/** The way from a report's rows to the page: its first rows are kept, all are counted and summed up. */
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
  const late: (readonly Cell[])[] = [];
  const gap = places.get("gap") ?? -1;
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
    // of what is not kept, the days without logs are what a reader looks for
    else if (gap >= 0 && cells[gap] !== null && late.length < keep) late.push(cells);
    reducer?.add(row);
  }
  const facts: PageFacts = reducer === undefined ? {} : { [report.name]: reducer.facts() };
  // a title is a line and a question a sentence, whatever a file's head says
  const [title, answers] = [cut(described.title, 120), cut(described.answers, 400)];
  const limits = described.limits === undefined || described.limits === "" ? undefined : cut(described.limits, 600);
  return { table: { ...described, title, answers, limits, rows: keptOf(rows, late, gap, keep), total }, facts };
}

/** The first rows; where rows with a gap come after them, these take the place of rows without one, from the end. */
function keptOf(
  rows: readonly (readonly Cell[])[],
  late: readonly (readonly Cell[])[],
  gap: number,
  keep: number,
): readonly (readonly Cell[])[] {
  if (late.length === 0) return rows;
  const holes = rows.filter((cells) => cells[gap] !== null);
  const left = Math.max(0, keep - holes.length - late.length);
  let whole = 0;
  const first = rows.filter((cells) => cells[gap] !== null || whole++ < left);
  return [...first, ...late].slice(0, keep);
}

/** A report that the page has a place for: by its name, and by the columns that it reads. */
function knownReportOf({ name, columns }: Pick<ReportRows, "name" | "columns">): KnownReport<unknown> | undefined {
  const known: KnownReport<unknown> | undefined = Object.hasOwn(knownReports, name)
    ? knownReports[name as keyof PageFacts] // hasOwn has just said that it is one
    : undefined;
  const there = new Set(columns.map((column) => column.name));
  return known?.columns.every((column) => there.has(column)) === true ? known : undefined;
}
