/** The one statement that runs a report over raw logs, or over their copy, without any set-up. */
import { SpillwayError } from "../../errors.ts";
import { type EventSource, closure, relationsOver, renameScoped, whole, withRelations } from "../raw-logs/compose.ts";
import { countReads } from "../../sql/reads.ts";
import type { Days, LogTable } from "../raw-logs/log-table.ts";
import { deliveryDays } from "../raw-logs/late-days.ts";
import { readScope } from "../../sql/earlier.ts";
import { cteNames } from "../../sql/composition.ts";
import { version } from "../../version.ts";
import { type Scope, applyScope } from "../../sql/scope.ts";

/** Athena refuses longer ones ("Maximum query string length", Athena service quotas). */
export const longestStatement = 262_144;

/** The parts of a report that its statement needs. */
export interface StatedReport {
  readonly title: string;
  readonly answers: string;
  readonly sql: string;
}

export interface StatementOptions {
  readonly source: EventSource;
  readonly scope: Scope;
  /** Days after its event within which a record has to be delivered; the logs of later days are not read. */
  readonly lateDays: number;
  /** The boundary's name as the user gave it, for the header. */
  readonly boundary?: string | undefined;
}

export interface Statement {
  readonly sql: string;
  readonly bytes: number;
  /** How often the plan reads the table: Athena and Trino compute a relation again for every mention. */
  readonly reads: number;
}

/**
 * The statement with a header of comments, and with all that it reads as CTEs.
 * @throws SpillwayError `usage` if it is longer than Athena takes
 */
export function reportStatement(report: StatedReport, options: StatementOptions): Statement {
  const scoped = applyScope(report.sql, options.scope, whole);
  const days = deliveryDays({ ...options, scope: readScope(report.sql, options.scope) });
  const relations = renameScoped(relationsOver(options.source, days), scoped);
  const said = cteNames(scoped);
  const needed = closure(relations, scoped).filter(({ name }) => !said.has(name));
  const sql = withRelations(needed, scoped);
  const reads = countReads(sql, "cloudtrail_record");
  const text = `${header(report, options, days, reads)}\n${sql}\n`;
  const bytes = Buffer.byteLength(text);
  if (bytes > longestStatement) {
    throw new SpillwayError(
      "usage",
      `the statement has ${bytes.toLocaleString("en-US")} bytes; Athena takes ${longestStatement.toLocaleString("en-US")}`,
      { next: "Name fewer accounts or principals, or run spillway athena setup and query its views" },
    );
  }
  return { sql: text, bytes, reads };
}

function header(report: StatedReport, options: StatementOptions, days: Days, reads: number): string {
  const { scope, source } = options;
  const said = [
    ...(scope.from === undefined ? [] : [`from ${scope.from.toISOString()}`]),
    ...(scope.to === undefined ? [] : [`to ${scope.to.toISOString()} (not included)`]),
    ...listed("accounts", scope.accounts),
    ...listed("Regions", scope.regions),
    ...listed("principals", scope.principals),
    ...(options.boundary === undefined ? [] : [`boundary ${options.boundary}`]),
  ];
  const lines = [
    `Spillway ${version}: ${report.title}`,
    ...(report.answers === "" ? [] : [report.answers]),
    `Scope: ${said.length === 0 ? "everything" : said.join("; ")}`,
    ...(source.kind === "logs"
      ? logsSaid(source.table, options, days, reads)
      : [`Reads the copy in ${source.database.join(".")}.`]),
  ];
  // A line break in a name must not end the comment.
  return lines.map((line) => `-- ${line.replaceAll(/\s+/g, " ")}`).join("\n");
}

function logsSaid(table: LogTable, { lateDays }: StatementOptions, days: Days, reads: number): string[] {
  const bounds = [
    ...(days.from === undefined ? [] : [`from ${days.from}`]),
    ...(days.to === undefined ? [] : [`to ${days.to}`]),
  ];
  const name = table.name.join(".");
  return [
    bounds.length === 0
      ? `Reads every log file of ${name}: give it --from and --to to read less.`
      : `Reads the log files of ${name} delivered ${bounds.join(" ")}.`,
    ...(days.to === undefined ? [] : [`Records delivered more than ${lateDays} days after their event are not in it.`]),
    ...(days.from === undefined
      ? []
      : ["Whether a lost completion is 'pending' or 'absence' is judged by these files alone."]),
    ...(reads > 1
      ? [`It reads them up to ${reads} times, and Athena bills each of them. A copy costs one: spillway athena refresh`]
      : []),
  ];
}

function listed(what: string, values: readonly string[] | undefined): string[] {
  if (values === undefined || values.length === 0) return [];
  const more = values.length > 5 ? ` and ${values.length - 5} more` : "";
  return [`${what} ${values.slice(0, 5).join(", ")}${more}`];
}
