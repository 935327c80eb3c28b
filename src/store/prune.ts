/**
 * Retention: the removal of everything before a day, such that no part of it comes back.
 * An invocation is removed as a whole, by its own event_time; the ledger stays and keeps its objects from being loaded again.
 */
import type { DuckDBConnection } from "duckdb";
import { filledQuery } from "../sql/query-file.ts";
import { countOf, rowsOf, sqlText } from "./duck.ts";
import { markStaleDays } from "./invocation-day.ts";
import { readMeta, writeMeta } from "./meta.ts";

export interface PruneCounts {
  readonly invocations: number;
  readonly events: number;
  readonly variants: number;
  readonly quarantined: number;
  /** Rows of model invocation logs. */
  readonly logs: number;
}

/** The name in `meta` of the day (YYYY-MM-DD) before which everything is removed, even if it comes later. */
const horizonName = "pruned_before";

async function readHorizon(connection: DuckDBConnection): Promise<string | null> {
  return (await readMeta(connection)).get(horizonName) ?? null;
}

/** The query for what `prune` would remove; it needs only reading. */
export function countDoomedSql(day: string): string {
  return filledQuery("duckdb/prune-count.sql", termsOf(day));
}

/**
 * Removes what happened before `day`, UTC, within the caller's transaction, and remembers the day: the days before it stay empty. A day
 * before the last one removes nothing more.
 */
export async function pruneBefore(connection: DuckDBConnection, day: string): Promise<PruneCounts> {
  const known = await readHorizon(connection);
  const horizon = known !== null && known > day ? known : day;
  if (horizon !== known) await writeMeta(connection, { [horizonName]: horizon, dirty: "true" });
  return await removeBefore(connection, horizon);
}

/** Keeps the pruned days empty by removing what came for them since; null if nothing was ever pruned. */
export async function applyHorizon(connection: DuckDBConnection): Promise<PruneCounts | null> {
  const horizon = await readHorizon(connection);
  return horizon === null ? null : await removeBefore(connection, horizon);
}

async function removeBefore(connection: DuckDBConnection, day: string): Promise<PruneCounts> {
  const terms = termsOf(day);
  await connection.run(filledQuery("duckdb/prune-doomed.sql", terms));
  const invocations = await countOf(connection, "SELECT count(*) FROM temp.doomed");
  const events = await countOf(connection, "SELECT count(*) FROM temp.gone");
  let variants = 0;
  if (invocations > 0 || events > 0) {
    await markStaleDays(connection, "temp.doomed");
    variants = await countOf(connection, "SELECT count(*) FROM event_variant SEMI JOIN temp.gone USING (event_id)");
    await connection.run(filledQuery("duckdb/prune-events.sql", terms));
  }
  const quarantined = (await forgetFailures(connection, day)) + (await failedLogs(connection, day));
  await connection.run(filledQuery("duckdb/prune-logs.sql", terms));
  const logs = await countOf(connection, "SELECT count(*) FROM temp.gone_log");
  await connection.run("DROP TABLE temp.doomed; DROP TABLE temp.gone; DROP TABLE temp.gone_log;");
  if (invocations + events + quarantined + logs > 0) await writeMeta(connection, { dirty: "true" });
  return { invocations, events, variants, quarantined, logs };
}

async function failedLogs(connection: DuckDBConnection, day: string): Promise<number> {
  return await countOf(
    connection,
    `SELECT count(*) FROM quarantine q WHERE (q.uri, q.etag) IN (SELECT (uri, etag) FROM invocation_log_object WHERE status NOT IN ('skipped', 'pruned') AND day < ${sqlText(day)})`,
  );
}

/** Removes the quarantine of the days before; the ledger marks its objects as pruned. */
async function forgetFailures(connection: DuckDBConnection, day: string): Promise<number> {
  const terms = { day: sqlText(day) };
  const [counted] = await rowsOf(connection, filledQuery("duckdb/prune-failures.sql", terms));
  const quarantined = Number(counted?.[0] ?? 0);
  if (counted?.[1] !== true) return 0;
  await connection.run(filledQuery("duckdb/prune-ledger.sql", terms));
  return quarantined;
}

/** The texts that fill the SQL files of pruning. */
function termsOf(day: string): { readonly before: string; readonly day: string; readonly gone: string } {
  const before = `TIMESTAMP ${sqlText(`${day} 00:00:00`)}`;
  return { before, day: sqlText(day), gone: filledQuery("duckdb/prune-gone.sql", { before }) };
}
