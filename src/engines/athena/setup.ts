/** What has to stand in Athena's catalog for reports: which statements, in which order. */
import { createHash } from "node:crypto";
import { textLiteral } from "../../sql/literal.ts";
import { type Relation, valuesRelation } from "../raw-logs/reference-relations.ts";
import { relationsIn } from "../../sql/reads.ts";
import { type LogTable, quotedName } from "../raw-logs/log-table.ts";
import { type LogTableOptions, copyTableDdl, copyTables, logTableDdl } from "../raw-logs/hive-table.ts";
import { relationsOver, withRelations } from "../raw-logs/compose.ts";

export interface SetupOptions {
  readonly database: string;
  /** The table to make; undefined where one that is there is used. */
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

/** Remembers what a setup made, so that the next one can tell what has to change. */
export const setupView = "spillway_setup";

/** Every statement can be pasted by itself; each reads only what the ones before it made. */
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

/** Tells whether a step is still the one that was carried out. */
export function stepHash({ sql }: SetupStep): string {
  return createHash("sha256").update(sql).digest("hex").slice(0, 16);
}

/** The views that a view reads are named with their database, whatever database a console has chosen. */
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

/** What is there already, by name, with the hash of the statement that made it. */
export function madeSql(database: string): string {
  return `SELECT made, hash FROM ${quotedName([database, setupView])}`;
}

export function presentSql(database: string): string {
  return `SELECT table_name FROM information_schema.tables WHERE table_schema = ${textLiteral(database)}`;
}
