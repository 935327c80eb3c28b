/** Reports that read other reports: `-- reads: NAME` at the head of a report's file. */
import type { ReportHeader } from "./report-header.ts";
import { withCtes } from "./composition.ts";

/** Names of the reports whose rows a report reads, as its header says. */
export function reportReads({ fields }: ReportHeader): readonly string[] {
  return (fields.get("reads") ?? "").split(/[\s,]+/).filter((name) => name !== "");
}

/** The name of the view that holds a report in a warehouse. */
export function viewName(report: string): string {
  return report.replaceAll("-", "_");
}

/** The statement with the reports it reads as CTEs, named like their views. */
export function withReports(sql: string, reads: readonly { readonly name: string; readonly sql: string }[]): string {
  return withCtes(
    sql,
    reads.map(({ name, sql: read }) => `${viewName(name)} AS (\n${read}\n)`),
  );
}
