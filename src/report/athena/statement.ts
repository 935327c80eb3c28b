/** Owns the one statement that runs a report over raw logs, or over their copy, without anything set up before. */
import { SpillwayError } from "../../errors.ts";
import { eventTable } from "../../schema/event.ts";
import { version } from "../../version.ts";
import type { Report } from "../catalogue.ts";
import { type Scope, applyScope } from "../scope.ts";
import { namesIn, sqlTokens, withCtes } from "../sql-text.ts";
import type { Relation } from "../trino/reference-relations.ts";
import { modelRelations } from "../trino/views.ts";
import { countReads, relationsIn } from "./count-reads.ts";
import { foldedRelation, lastFold } from "./folded-copy.ts";
import { type Days, type LogTable, quotedName, recordRelation } from "./log-table.ts";

/** Athena refuses longer ones ("Maximum query string length", Athena service quotas). */
export const longestStatement = 262_144;

/** Where the events come from: the table of raw logs, or the copy that `spillway athena refresh` keeps. */
export type EventSource =
  | { readonly kind: "logs"; readonly table: LogTable }
  | { readonly kind: "copy"; readonly database: readonly string[] };

export interface StatementOptions {
  readonly source: EventSource;
  readonly scope: Scope;
  /** Records that are delivered at most so many days after their event are in it; the logs of later days are not read. */
  readonly lateDays: number;
  /** The boundary's name as the user gave it, for the header. */
  readonly boundary?: string | undefined;
}

export interface Statement {
  readonly sql: string;
  readonly bytes: number;
  /** How often the plan reads the table: Athena and Trino compute a relation anew wherever it is mentioned. */
  readonly reads: number;
}

/** Relations that a scope replaces, by the name of their whole. */
const whole = (name: string): string => `all_${name}`;

/**
 * The statement, with a header of comments, and everything that it reads as CTEs in front.
 * @throws SpillwayError `usage` if it is longer than Athena takes
 */
export function reportStatement(report: Report, options: StatementOptions): Statement {
  const scoped = applyScope(report.sql, options.scope, whole);
  const days = deliveryDays(options);
  const relations = renameScoped(relationsOver(options.source, days), scoped);
  const needed = closure(relations, scoped);
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

/** Everything from the source to the reports, in an order in which each reads only what stands before it. */
export function relationsOver(source: EventSource, days: Days = {}): readonly Relation[] {
  if (source.kind === "logs") return [recordRelation(source.table, days), ...modelRelations()];
  return modelRelations().map((relation) =>
    relation.name === "event_delivered" || relation.name === "trail_object"
      ? copyRelation(relation.name, source.database, days)
      : (foldedRelation(relation.name, source.database) ?? relation),
  );
}

/**
 * A relation as the copy holds it: of each day the rows of the refresh that was completed last. The files are those of the last fold,
 * so that no report calls a file seen whose events it does not have.
 */
export function copyRelation(name: string, database: readonly string[], days: Days = {}): Relation {
  const table = (part: string): string => quotedName([...database, part]);
  const columns = name === "event_delivered" ? eventTable.columns.map((column) => column.name) : ["*"];
  const list = columns.map((column) => `c.${column}`).join(", ");
  const upTo = name === "trail_object" ? ` where slice_run <= ${lastFold(database)}` : "";
  const conditions = [
    ...(days.from === undefined ? [] : [`c.copy_day >= '${days.from}'`]),
    ...(days.to === undefined ? [] : [`c.copy_day <= '${days.to}'`]),
  ];
  return {
    name,
    sql: [
      `select ${list}`,
      `from ${table(`${name}_copy`)} as c`,
      `join (select slice_day, max(slice_run) as slice_run from ${table("copy_slice")}${upTo} group by slice_day) as s`,
      "  on s.slice_day = c.copy_day and s.slice_run = c.copy_run",
      ...(conditions.length === 0 ? [] : [`where ${conditions.join(" and ")}`]),
    ].join("\n"),
  };
}

/** The scope's days of events as days of delivery: clocks may be a little off, and files may be late. */
export function deliveryDays({ scope, lateDays }: Pick<StatementOptions, "scope" | "lateDays">): Days {
  const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
  const millis = 86_400_000;
  return {
    from: scope.from === undefined ? undefined : day(scope.from.getTime() - millis),
    to: scope.to === undefined ? undefined : day(scope.to.getTime() - 1 + lateDays * millis),
  };
}

/** The scope's own relations are made of the whole ones, which so need another name. */
function renameScoped(relations: readonly Relation[], scoped: string): readonly Relation[] {
  const mentioned = namesIn(scoped);
  const renamed = new Set(relations.map(({ name }) => name).filter((name) => mentioned.has(whole(name))));
  if (renamed.size === 0) return relations;
  return relations.map(({ name, sql }) => ({
    name: renamed.has(name) ? whole(name) : name,
    sql: renameWords(sql, renamed),
  }));
}

/** None of these names is the name of a column. */
function renameWords(sql: string, names: ReadonlySet<string>): string {
  let renamed = "";
  let end = 0;
  for (const token of sqlTokens(sql)) {
    if (token.kind !== "word" || !names.has(token.text)) continue;
    renamed += sql.slice(end, token.start) + whole(token.text);
    end = token.end;
  }
  return renamed + sql.slice(end);
}

/** The relations that `sql` reads, through others too, in their order. */
export function closure(relations: readonly Relation[], sql: string): readonly Relation[] {
  const needed = new Set<string>();
  const texts = [sql];
  for (const relation of relations.toReversed()) {
    if (!texts.some((text) => relationsIn(text).has(relation.name))) continue;
    needed.add(relation.name);
    texts.push(relation.sql);
  }
  return relations.filter(({ name }) => needed.has(name));
}

/** The statement with relations as CTEs in front of its own. */
export function withRelations(relations: readonly Relation[], sql: string): string {
  return withCtes(
    sql,
    relations.map((relation) => `${relation.name} AS (\n${relation.sql}\n)`),
  );
}

function header(report: Report, options: StatementOptions, days: Days, reads: number): string {
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
