/** The reports and relations that are views of a warehouse, with descriptions and statements. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import type { Described } from "../schema/column.ts";
import { queriesFolder, readQuery } from "./query-file.ts";
import { reportHeader } from "./report-header.ts";
import { viewName } from "./report-reads.ts";

export interface ReportView extends Described {
  /** The statement behind the view. */
  readonly sql: string;
}

/**
 * A view for each report, each after those that it reads. A report that needs what only an engine provides has a
 * file of its own for its view, or no view. The other files are views that a scope replaces.
 */
export function reportViews(queries: URL = queriesFolder): readonly ReportView[] {
  const reports = sqlFiles(new URL("reports/", queries));
  const ofScope = sqlFiles(new URL("duckdb/views/", queries)).filter((file) => !reports.includes(file));
  const views = [...ofScope, ...reports].flatMap((file) => {
    const ofItsOwn = `duckdb/views/${file}`;
    const path = existsSync(new URL(ofItsOwn, queries)) ? ofItsOwn : `reports/${file}`;
    const { fields, columns } = reportHeader(readFileSync(new URL(path, queries), "utf8"));
    if (fields.has("needs")) return [];
    const name = viewName(file.slice(0, -".sql".length));
    const view = { name, doc: fields.get("answers") ?? name, columns, sql: readQuery(path, queries) };
    return [{ view, reads: fields.has("reads") }];
  });
  return [...views.filter(({ reads }) => !reads), ...views.filter(({ reads }) => reads)].map(({ view }) => view);
}

function sqlFiles(folder: URL): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".sql"))
    .toSorted();
}
