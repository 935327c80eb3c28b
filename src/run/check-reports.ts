/** The check that the user's own reports run and have the columns of their heads, before there is anything to report. */
import type { Config } from "../config/config.ts";
import { SpillwayError } from "../errors.ts";
import { qualify } from "../engines/duckdb/engine.ts";
import { checkColumns, loadCatalogue } from "../report/catalogue.ts";
import { applyScope } from "../sql/scope.ts";
import { openEmptyWarehouse } from "../store/empty-warehouse.ts";

/** @throws SpillwayError `config` for the first report that a run would refuse */
export async function checkReports({ reportsFolder }: Config): Promise<void> {
  if (reportsFolder === undefined) return;
  const builtIn = loadCatalogue();
  const own = [...loadCatalogue([reportsFolder]).values()].filter(({ name }) => !builtIn.has(name));
  if (own.length === 0) return;
  await using warehouse = await openEmptyWarehouse();
  for (const report of own) {
    const statement = applyScope(report.sql, report.needsBoundary ? { boundary: [] } : {}, qualify);
    try {
      checkColumns(report, await warehouse.columnsOf(statement));
    } catch (error) {
      if (!(error instanceof SpillwayError) || error.code === "config") throw error;
      throw new SpillwayError("config", `the report ${report.name} does not run: ${error.message}`, {
        ...(error.next === undefined ? {} : { next: error.next }),
        cause: error,
      });
    }
  }
}
