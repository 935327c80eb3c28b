/** The catalogue: each SQL file in a folder is a report, described by the comments at its head. */
import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SpillwayError, messageOf } from "../errors.ts";
import { type ReportColumn, reportHeader } from "../sql/report-header.ts";
import { reportReads, withReports } from "../sql/report-reads.ts";
import { hasSeveralStatements, withoutTerminator } from "../sql/composition.ts";

export interface Report {
  readonly name: string;
  readonly title: string;
  readonly answers: string;
  /** Limits, shown beside the answer; may be empty. */
  readonly limits: string;
  readonly columns: readonly ReportColumn[];
  /** Whether it reads the relation `boundary`, which the engine makes from `--boundary`. */
  readonly needsBoundary: boolean;
  /** Reports whose rows it reads. */
  readonly reads: readonly string[];
  /** One statement, without a semicolon at the end. */
  readonly sql: string;
}

/** The folder of Spillway's own reports, the same seen from src/report and from dist/report. */
const reportsFolder: string = fileURLToPath(new URL("../../queries/reports/", import.meta.url));

/**
 * All reports by name, Spillway's own and then those of the user's folders; of these the later wins.
 * @throws SpillwayError `config` for one of the user's that bears the name of ours: the overview and the findings go by ours
 */
export function loadCatalogue(userFolders: readonly string[] = []): ReadonlyMap<string, Report> {
  const reports = new Map<string, Report>();
  for (const report of readFolder(reportsFolder)) reports.set(report.name, report);
  const ours = new Set(reports.keys());
  for (const folder of userFolders) {
    for (const report of readFolder(folder)) {
      if (ours.has(report.name.toLowerCase().replaceAll("_", "-"))) throw nameTaken(report.name, folder);
      reports.set(report.name, report);
    }
  }
  for (const report of reports.values()) if (report.reads.length > 0) reports.set(report.name, whole(report, reports));
  return reports;
}

/** The report with those that it reads in front, which read only tables. */
function whole(report: Report, reports: ReadonlyMap<string, Report>): Report {
  const read = report.reads.map((name) => {
    const other = reports.get(name);
    if (other !== undefined && other.reads.length === 0) return other;
    const what = other === undefined ? "is not a report" : "reads another report itself";
    throw new SpillwayError("config", `the report ${report.name} reads ${name}, which ${what}`);
  });
  return { ...report, sql: withReports(report.sql, read) };
}

function nameTaken(name: string, folder: string): SpillwayError {
  return new SpillwayError("config", `${join(folder, name)}.sql bears the name of a report of Spillway's`, {
    next: `Give it another name, for example our-${name}.sql`,
  });
}

/**
 * Checks that a result has the columns of the report's head. A report without a head promises none.
 * @throws SpillwayError `config`
 */
export function checkColumns(report: Report, columns: readonly { readonly name: string }[]): void {
  if (report.columns.length === 0) return;
  const said = report.columns.map(({ name }) => name);
  const found = columns.map(({ name }) => name);
  if (said.length === found.length && said.every((name, index) => name === found[index])) return;
  throw new SpillwayError(
    "config",
    `the head of the report ${report.name} describes the columns ${said.join(", ")}, and it has ${found.join(", ")}`,
    { next: "Let the head name each column of the statement, in its order." },
  );
}

export function findReport(catalogue: ReadonlyMap<string, Report>, name: string): Report {
  const report = catalogue.get(name) ?? catalogue.get(name.replaceAll("_", "-"));
  if (report !== undefined) return report;
  throw new SpillwayError("report-unknown", `there is no report named ${JSON.stringify(name)}`, {
    next: `the reports are ${[...catalogue.keys()].join(", ")}`,
  });
}

function readFolder(folder: string): Report[] {
  try {
    const files = readdirSync(folder).filter((file) => file.endsWith(".sql"));
    return files
      .toSorted()
      .map((file) => parseReport(basename(file, ".sql"), readFileSync(join(folder, file), "utf8")));
  } catch (error) {
    if (error instanceof SpillwayError) throw error;
    throw new SpillwayError("config", `cannot read the reports in ${folder}: ${messageOf(error)}`, {
      next: "Name a folder of .sql files that this user may read",
      cause: error,
    });
  }
}

/** A report from the text of its file. The header is optional: without it the name is the title. */
export function parseReport(name: string, text: string): Report {
  const sql = withoutTerminator(text.replace(/^\uFEFF/, ""));
  if (sql === "") throw new SpillwayError("config", `the report ${name} has no SQL`);
  if (hasSeveralStatements(sql)) {
    throw new SpillwayError("config", `the report ${name} has more than one statement`, {
      next: "make each one a file of its own",
    });
  }
  const header = reportHeader(text);
  return {
    name,
    title: header.fields.get("title") ?? name,
    answers: header.fields.get("answers") ?? "",
    limits: header.fields.get("limits") ?? "",
    columns: header.columns,
    needsBoundary:
      header.fields
        .get("needs")
        ?.split(/[\s,]+/)
        .includes("boundary") ?? false,
    reads: reportReads(header),
    sql,
  };
}
