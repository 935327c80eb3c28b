/** The statements that set up Athena's catalog for reports, in order. */
import { createHash } from "node:crypto";
import { textLiteral } from "../../sql/literal.ts";
import { type Relation, valuesRelation } from "../raw-logs/reference-relations.ts";
import { relationsIn } from "../../sql/reads.ts";
import { type LogTable, quotedName } from "../raw-logs/log-table.ts";
import { type LogTableOptions, copyTableDdl, copyTables, logTableDdl } from "../raw-logs/hive-table.ts";
import { relationsOver, withRelations } from "../raw-logs/compose.ts";

export interface SetupOptions {
  readonly database: string;
  /** The table to make; undefined where an existing one is used. */
  readonly make: LogTableOptions | undefined;
  readonly table: LogTable;
  /** `s3://bucket/prefix` of the copy in Parquet; undefined: reports read the raw logs. */
  readonly copy: string | undefined;
}

export interface SetupStep {
  readonly kind: "database" | "table" | "view";
  readonly name: string;
  readonly sql: string;
}

/** The view that records what a setup made, for the next one to compare. */
export const setupView = "spillway_setup";

/** The steps in order: each statement can be pasted by itself and reads only what earlier ones made. */
export function setupSteps(options: SetupOptions): readonly SetupStep[] {
  const { database, make, copy } = options;
  const steps: SetupStep[] = [
    { kind: "database", name: database, sql: `CREATE DATABASE IF NOT EXISTS \`${database}\`` },
  ];
  if (make !== undefined) steps.push({ kind: "table", name: make.table, sql: logTableDdl(make) });
  if (copy !== undefined) {
    for (const table of copyTables)
      steps.push({ kind: "table", name: table.name, sql: copyTableDdl(database, table, copy) });
  }
  const relations =
    copy === undefined
      ? relationsOver({ kind: "logs", table: options.table })
      : relationsOver({ kind: "copy", database: [database] });
  steps.push(...relations.map((relation) => viewStep(database, relation, relations)));
  return steps;
}

/** The view that remembers which statements made what. */
export function markerStep(database: string, steps: readonly SetupStep[]): SetupStep {
  const marks = steps.slice(1).map((step) => [step.name, stepHash(step)]);
  return viewStep(database, valuesRelation(setupView, ["made", "hash"], marks), []);
}

/** The hash that tells whether a step has changed since it was executed. */
export function stepHash({ sql }: SetupStep): string {
  return createHash("sha256").update(sql).digest("hex").slice(0, 16);
}

/** The step of a view, whose relations are named with their database: a console may have chosen another. */
function viewStep(database: string, { name, sql }: Relation, relations: readonly Relation[]): SetupStep {
  const names = relationsIn(sql);
  const read = relations.filter((other) => other.name !== name && names.has(other.name));
  const ctes = read.map((other): Relation => ({
    name: other.name,
    sql: `SELECT * FROM ${quotedName([database, other.name])}`,
  }));
  return {
    kind: "view",
    name,
    sql: `CREATE OR REPLACE VIEW ${quotedName([database, name])} AS\n${withRelations(ctes, sql)}`,
  };
}

/** The statements as text to paste, numbered, each with a semicolon. */
export function setupText(steps: readonly SetupStep[]): string {
  return steps
    .map(({ kind, name, sql }, index) => `-- ${index + 1} of ${steps.length}: ${kind} ${name}\n${sql};\n`)
    .join("\n");
}

/** The query for what exists already: names, with the hashes of the statements that made them. */
export function madeSql(database: string): string {
  return `SELECT made, hash FROM ${quotedName([database, setupView])}`;
}

export function presentSql(database: string): string {
  return `SELECT table_name FROM information_schema.tables WHERE table_schema = ${textLiteral(database)}`;
}
