/** The data dictionary: every table, view and column in words, as Markdown. */
import type { Described, Table } from "../src/schema/column.ts";
import { internalSchema, internalTables } from "../src/schema/internal-tables.ts";
import { publicTables } from "../src/schema/public-tables.ts";

/** The text of docs/data-dictionary.md. `views` are the reports, in the words of their headers. */
export function dataDictionary(views: readonly Described[]): string {
  return [
    head,
    ...publicTables.map((table) => tableSection(table.name, table)),
    viewsHead,
    ...views.map(viewSection),
    internalHead,
    ...internalTables.map((table) => tableSection(`${internalSchema}.${table.name}`, table)),
  ].join("\n");
}

const head = `# Data dictionary

Written from \`src/schema\` and the heads of the files in \`queries\`. Any client shows the same words as comments:
\`select column_name, comment from duckdb_columns() where table_name = 'invocation'\`. Timestamps are UTC, without a zone.

# Tables
`;

const viewsHead = `# Views

Each report is a view of the same name, with underscores: all of the warehouse, without a scope.
\`boundary_violations\` has a row for each boundary, the report only for the one that is asked for.
`;

const internalHead = `# Internal tables

What Spillway keeps for itself, in the schema \`${internalSchema}\`; it may change with any version.
`;

function tableSection(name: string, table: Table): string {
  const rows = table.columns.map(
    ({ name: column, type, doc, source }) => `| ${column} | ${type} | ${cell(doc)} | ${cell(source ?? "")} |`,
  );
  return section(name, table.doc, ["| column | type | meaning | from |", "|---|---|---|---|", ...rows]);
}

function viewSection({ name, doc, columns }: Described): string {
  const rows = columns.map((column) => `| ${column.name} | ${cell(column.doc)} |`);
  return section(name, doc, ["| column | meaning |", "|---|---|", ...rows]);
}

function section(name: string, doc: string, table: readonly string[]): string {
  return [`## ${name}`, "", /[.?]$/.test(doc) ? doc : `${doc}.`, "", ...table, ""].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
