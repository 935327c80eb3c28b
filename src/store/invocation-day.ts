/** The upkeep of `invocation_day`: which days a fold made stale, and their renewal. */
import type { DuckDBConnection } from "duckdb";
import { invocationDayTable } from "../schema/invocation-day.ts";
import { rowsOf, sqlText } from "./duck.ts";
import { readQuery } from "../sql/query-file.ts";
import { columnList } from "./ddl.ts";
import { inTransaction } from "./transaction.ts";

/** Marks the days of invocations in the transaction that changes them. `source` is what stands after FROM, with a column event_time. */
export async function markStaleDays(connection: DuckDBConnection, source: string): Promise<void> {
  await connection.run(
    `INSERT INTO stale_day SELECT DISTINCT date_trunc('day', event_time) FROM ${source} EXCEPT SELECT day FROM stale_day`,
  );
}

/**
 * Computes the stale days anew. Once for each publishing and not with each commit: the commits of a run touch the same days again and
 * again, and only published files are read. A run that was killed leaves its stale days to the next one.
 */
export async function renewStaleDays(connection: DuckDBConnection): Promise<void> {
  const [range] = await rowsOf(
    connection,
    `SELECT count(*), CAST(min(day) AS VARCHAR), CAST(max(day) + INTERVAL 1 DAY AS VARCHAR),
  (SELECT count(*) FROM invocation_day WHERE day NOT IN (SELECT day FROM stale_day)) FROM stale_day`,
  );
  if (Number(range?.[0] ?? 0) === 0) return;
  // the range lets DuckDB leave out what lies elsewhere; the join leaves out the days between
  const stale = `WITH invocation AS (SELECT i.* FROM warehouse.main.invocation i
SEMI JOIN stale_day s ON s.day = date_trunc('day', i.event_time)
WHERE i.event_time >= ${timestamp(range?.[1])} AND i.event_time < ${timestamp(range?.[2])})\n`;
  const isWhole = Number(range?.[3] ?? 0) === 0;
  await inTransaction(connection, () =>
    connection.run(`
${isWhole ? "TRUNCATE invocation_day" : "DELETE FROM invocation_day WHERE day IN (SELECT day FROM stale_day)"};
INSERT INTO invocation_day (${columnList(invocationDayTable)})
${isWhole ? "" : stale}${readQuery("model/invocation-day.sql")};
DELETE FROM stale_day;`),
  );
}

function timestamp(text: unknown): string {
  return `TIMESTAMP ${sqlText(String(text))}`;
}
