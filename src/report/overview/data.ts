/** What the overview is made of: the rows of the reports that it sums up. */
import type { Engine, Result } from "../../engines/engine.ts";
import type { AskedRange } from "./asked.ts";
import type { OverviewData } from "./overview.ts";
import { type PlainRow, plainRows } from "../../engines/result.ts";

export interface OverviewRequest {
  readonly engine: Engine;
  /** The statement of a report of this name, in its scope; `around` is put around the report's own SQL. */
  readonly statement: (report: string, around?: (sql: string) => string) => string;
  /** A report's rows with what policies add to them; none: nothing. */
  readonly amend?: ((report: string, result: Result) => Promise<Result>) | undefined;
  readonly asked: AskedRange;
  readonly boundary: { readonly name: string; readonly regions: readonly string[] } | undefined;
  readonly signal: AbortSignal;
}

/** Coverage has a row for each day of each account and Region: too many to bring here. */
export function countedGaps(sql: string): string {
  return `
SELECT gap, cast(count(*) AS bigint) AS days, min(day) AS first_day, max(day) AS last_day,
  min(CASE WHEN objects > 0 THEN day END) AS first_log, max(CASE WHEN objects > 0 THEN day END) AS last_log
FROM (${sql}) AS coverage
GROUP BY gap
ORDER BY gap NULLS LAST`;
}

export async function overviewData(request: OverviewRequest): Promise<OverviewData> {
  const { engine, statement, amend, asked, boundary, signal } = request;
  const rows = async (report: string, around?: (sql: string) => string): Promise<PlainRow[]> => {
    const result = await engine.run(statement(report, around), signal, report);
    return await plainRows(amend === undefined ? result : await amend(report, result));
  };
  return {
    boundary: boundary === undefined ? undefined : { ...boundary, violations: await rows("boundary-violations") },
    regions: await rows("spillover-by-region"),
    principals: await rows("spillover-by-principal"),
    denials: await rows("denials"),
    unobservable: await rows("unobservable"),
    coverage: await rows("coverage", countedGaps),
    claims: await rows("claims"),
    asked,
  };
}
