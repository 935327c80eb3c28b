/** Owns which reports are views of a warehouse, and their words and statements. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import type { Described } from "../schema/column.ts";
import { queriesFolder, readQuery } from "./query-file.ts";
import { reportHeader } from "./report-header.ts";

export interface ReportView extends Described {
  /** The statement behind the view. */
  readonly sql: string;
}

/** A view for each report. One that needs what only an engine provides has a file of its own for its view, or none. */
export function reportViews(queries: URL = queriesFolder): readonly ReportView[] {
  return readdirSync(new URL("reports/", queries))
    .filter((file) => file.endsWith(".sql"))
    .toSorted()
    .flatMap((file) => {
      const ofItsOwn = `duckdb/views/${file}`;
      const path = existsSync(new URL(ofItsOwn, queries)) ? ofItsOwn : `reports/${file}`;
      const { fields, columns } = reportHeader(readFileSync(new URL(path, queries), "utf8"));
      if (fields.has("needs")) return [];
      const name = file.slice(0, -".sql".length).replaceAll("-", "_");
      return [{ name, doc: fields.get("answers") ?? name, columns, sql: readQuery(path, queries) }];
    });
}
