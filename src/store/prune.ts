/**
 * Owns retention: what is removed from before a day, and that nothing of it comes back in halves.
 * An invocation goes as a whole, by its own event_time; the ledger stays, so that its objects are not loaded again.
 */
import type { DuckDBConnection } from "duckdb";
import { countOf, rowsOf, sqlText } from "./duck.ts";
import { markStaleDays } from "./invocation-day.ts";
import { readMeta, writeMeta } from "./meta.ts";

export interface PruneCounts {
  readonly invocations: number;
  readonly events: number;
  readonly variants: number;
  readonly quarantined: number;
}

/** meta: everything before this day (YYYY-MM-DD) is removed, also what comes later. */
const horizonName = "pruned_before";

async function readHorizon(connection: DuckDBConnection): Promise<string | null> {
  return (await readMeta(connection)).get(horizonName) ?? null;
}

/** What `prune` would remove; works on a file that is open for reading. */
export function countDoomedSql(day: string): string {
  return `
WITH doomed AS (SELECT invocation_key FROM invocation WHERE event_time < ${midnight(day)}),
gone AS (${goneEvents(day)})
SELECT (SELECT count(*) FROM doomed), (SELECT count(*) FROM gone),
  (SELECT count(*) FROM event_variant v WHERE v.event_id IN (SELECT event_id FROM gone)),
  (SELECT count(*) FROM quarantine q WHERE (q.uri, q.etag) IN (SELECT (uri, etag) FROM trail_object WHERE day < ${sqlText(day)}))`;
}

/**
 * Removes what happened before `day`, UTC, and remembers the day: the days before it stay empty. An earlier day than the last one
 * removes nothing more. Call it within a transaction.
 */
export async function pruneBefore(connection: DuckDBConnection, day: string): Promise<PruneCounts> {
  const known = await readHorizon(connection);
  const horizon = known !== null && known > day ? known : day;
  if (horizon !== known) await writeMeta(connection, { [horizonName]: horizon, dirty: "true" });
  return await removeBefore(connection, horizon);
}

/** Keeps the pruned days empty: what came for them since then goes too. Null if nothing was ever pruned. */
export async function applyHorizon(connection: DuckDBConnection): Promise<PruneCounts | null> {
  const horizon = await readHorizon(connection);
  return horizon === null ? null : await removeBefore(connection, horizon);
}

async function removeBefore(connection: DuckDBConnection, day: string): Promise<PruneCounts> {
  const before = midnight(day);
  // A record of a call that is gone may still come; it must not stand as a call of its own. A call's records lie within a day.
  await connection.run(`
CREATE OR REPLACE TEMP TABLE doomed AS
SELECT i.invocation_key, i.event_time FROM invocation i
WHERE i.event_time < ${before}
  OR (i.event_time < ${before} + INTERVAL 1 DAY AND i.invocation_key IN (SELECT invocation_key FROM pruned_invocation));
INSERT INTO pruned_invocation SELECT invocation_key, event_time FROM temp.doomed
WHERE invocation_key NOT IN (SELECT invocation_key FROM pruned_invocation);
DELETE FROM pruned_invocation WHERE event_time < ${before} - INTERVAL 1 DAY;
CREATE OR REPLACE TEMP TABLE gone AS ${goneEvents(day)};`);
  const [counted] = await rowsOf(
    connection,
    "SELECT (SELECT count(*) FROM temp.doomed), (SELECT count(*) FROM temp.gone)",
  );
  const invocations = Number(counted?.[0] ?? 0);
  const events = Number(counted?.[1] ?? 0);
  let variants = 0;
  if (invocations > 0 || events > 0) {
    await markStaleDays(connection, "temp.doomed");
    variants = await countOf(
      connection,
      "SELECT count(*) FROM event_variant v WHERE v.event_id IN (SELECT event_id FROM temp.gone)",
    );
    // since when a pair emits completions stays known: later calls are judged by it
    await connection.run(`
CREATE OR REPLACE TEMP TABLE emitted AS
SELECT account_id, source_region, min(event_time) AS first_time FROM (
  SELECT e.account_id, e.source_region, e.event_time FROM event e SEMI JOIN temp.gone g ON g.event_id = e.event_id
  WHERE e.record_kind = 'completion' AND e.account_id IS NOT NULL
  UNION ALL SELECT account_id, source_region, first_time FROM pruned_completion
) GROUP BY ALL;
TRUNCATE pruned_completion;
INSERT INTO pruned_completion SELECT account_id, source_region, first_time FROM temp.emitted;
DELETE FROM invocation WHERE invocation_key IN (SELECT invocation_key FROM temp.doomed);
DELETE FROM event WHERE event_id IN (SELECT event_id FROM temp.gone);
DELETE FROM aggregated_call WHERE event_time < ${before};
DELETE FROM event_variant WHERE event_id IN (SELECT event_id FROM temp.gone);
DROP TABLE temp.emitted;`);
  }
  const quarantined = await forgetFailures(connection, day);
  await connection.run("DROP TABLE temp.doomed; DROP TABLE temp.gone;");
  if (invocations + events + quarantined > 0) await writeMeta(connection, { dirty: "true" });
  return { invocations, events, variants, quarantined };
}

/**
 * Failures have no event time: theirs is the delivery day of their object, and a file never holds later events.
 * The objects of these days say that they are pruned, which the report coverage shows as their gap.
 */
async function forgetFailures(connection: DuckDBConnection, day: string): Promise<number> {
  const old = `status <> 'skipped' AND day < ${sqlText(day)} AND reason IS DISTINCT FROM 'pruned' AND NOT starts_with(coalesce(reason, ''), 'pruned;')`;
  const quarantined = await countOf(
    connection,
    `SELECT count(*) FROM quarantine q WHERE (q.uri, q.etag) IN (SELECT (uri, etag) FROM trail_object WHERE ${old})`,
  );
  if ((await countOf(connection, `SELECT count(*) FROM (SELECT 1 FROM trail_object WHERE ${old} LIMIT 1)`)) === 0)
    return 0;
  await connection.run(`
DELETE FROM quarantine WHERE (uri, etag) IN (SELECT (uri, etag) FROM trail_object WHERE ${old});
UPDATE trail_object SET reason = CASE WHEN reason IS NULL THEN 'pruned' ELSE 'pruned; ' || reason END WHERE ${old};`);
  return quarantined;
}

/** The events of doomed calls whenever they happened, and what is older than the day and belongs to no call that stays. */
function goneEvents(day: string): string {
  return `
SELECT e.event_id FROM event e SEMI JOIN doomed d ON d.invocation_key = e.invocation_key
UNION ALL
SELECT e.event_id FROM event e
ANTI JOIN invocation i ON i.invocation_key = e.invocation_key AND e.invocation_key IS NOT NULL
WHERE e.event_time < ${midnight(day)}`;
}

function midnight(day: string): string {
  return `TIMESTAMP ${sqlText(`${day} 00:00:00`)}`;
}
