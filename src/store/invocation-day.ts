/** The upkeep of `invocation_day`: the days that a fold makes stale, and their renewal. */
import type { DuckDBConnection } from "duckdb";
import { invocationDayTable } from "../schema/invocation-day.ts";
import { rowsOf, sqlText } from "./duck.ts";
import { filledQuery, readQuery } from "../sql/query-file.ts";
import { columnList } from "./ddl.ts";
import { inTransaction } from "./transaction.ts";

/** Marks the days of invocations in the transaction that changes them. `source` is the text after FROM, with a column event_time. */
export async function markStaleDays(connection: DuckDBConnection, source: string): Promise<void> {
  await connection.run(filledQuery("duckdb/stale-days.sql", { source }));
}

/**
 * Computes the stale days again: once before publishing and not with each commit, since the commits of a run touch the same days again and
 * again, and only published files are read. A killed run leaves its stale days to the next one.
 */
export async function renewStaleDays(connection: DuckDBConnection): Promise<void> {
  const [range] = await rowsOf(connection, readQuery("duckdb/stale-range.sql"));
  if (Number(range?.[0] ?? 0) === 0) return;
  const terms = { columns: columnList(invocationDayTable), days: readQuery("model/invocation-day.sql") };
  const isWhole = Number(range?.[3] ?? 0) === 0;
  const renewal = isWhole
    ? filledQuery("duckdb/renew-all-days.sql", terms)
    : filledQuery("duckdb/renew-days.sql", { ...terms, from: timestamp(range?.[1]), to: timestamp(range?.[2]) });
  await inTransaction(connection, () => connection.run(renewal));
}

function timestamp(text: unknown): string {
  return `TIMESTAMP ${sqlText(String(text))}`;
}
