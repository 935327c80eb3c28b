/** Owns what the warehouse keeps of a check of CloudTrail's digests: verdicts in the ledger, the digests, the keys, what is gone. */
import type { DuckDBConnection } from "duckdb";
import type { Column } from "../schema/column.ts";
import { column } from "../schema/column.ts";
import { digestTable, missingLogTable, publicKeyTable } from "../schema/digest-tables.ts";
import { type Cell, fillTemporary } from "./append.ts";
import { rowsOf, sqlText } from "./duck.ts";
import { columnList } from "./ddl.ts";
import { writeMeta } from "./meta.ts";

/** The verdict on a log file. */
export interface LogVerdict {
  readonly uri: string;
  readonly accountId: string;
  readonly region: string;
  /** By its name, YYYY-MM-DD. */
  readonly day: string | null;
  readonly verdict: string;
  readonly reason: string | null;
  readonly digestUri: string | null;
  readonly listedHash: string | null;
}

export interface DigestEntry {
  readonly uri: string;
  readonly accountId: string;
  readonly region: string;
  readonly trail: string;
  readonly kind: "standard" | "backfill";
  /** Epoch milliseconds. */
  readonly startsAt: number | null;
  readonly endsAt: number;
  readonly verdict: string;
  readonly reason: string | null;
  readonly signature: string | null;
  readonly signatureSource: string | null;
  readonly fingerprint: string | null;
  readonly previousUri: string | null;
  readonly sha256: string | null;
  readonly logFiles: number | null;
  readonly body: string | null;
}

export interface KeyEntry {
  readonly region: string | null;
  readonly fingerprint: string;
  readonly value: string;
  readonly validFrom: number;
  readonly validTo: number;
  readonly source: string;
}

export interface DigestContext {
  readonly runId: string;
  readonly now: Date;
}

const verdictColumns: readonly Column[] = [
  column("uri", "text", ""),
  column("account_id", "text", ""),
  column("region", "text", ""),
  column("day", "text", ""),
  column("verdict", "text", ""),
  column("reason", "text", ""),
  column("digest_uri", "text", ""),
  column("listed_hash", "text", ""),
];

/**
 * Puts verdicts beside the ledger's rows; a version of an object that was replaced has one of its own. What the ledger does not
 * have goes into `missing_log`. Call it within a transaction.
 */
export async function writeLogVerdicts(
  connection: DuckDBConnection,
  verdicts: readonly LogVerdict[],
  context: DigestContext,
): Promise<void> {
  if (verdicts.length === 0) return;
  await fillTemporary(
    connection,
    "judged",
    verdictColumns,
    verdicts.map((v): Cell[] => [v.uri, v.accountId, v.region, v.day, v.verdict, v.reason, v.digestUri, v.listedHash]),
  );
  const isSame = "t.sha256 IS NOT NULL AND t.sha256 = j.listed_hash";
  const isOther = "t.sha256 IS NOT NULL AND j.listed_hash IS NOT NULL AND t.sha256 <> j.listed_hash";
  await connection.run(`
DELETE FROM missing_log m WHERE m.uri IN (SELECT uri FROM temp.judged);
INSERT INTO missing_log (${columnList(missingLogTable)})
SELECT j.uri, j.account_id, j.region, j.day, j.verdict, j.reason, j.digest_uri, j.listed_hash, ${sqlText(context.runId)}
FROM temp.judged j WHERE NOT EXISTS (FROM trail_object t WHERE t.uri = j.uri);
UPDATE trail_object t SET
  digest_verdict = CASE WHEN ${isSame} THEN 'valid' WHEN ${isOther} THEN 'invalid' ELSE j.verdict END,
  digest_reason = CASE WHEN ${isSame} THEN NULL WHEN ${isOther} THEN 'hash' ELSE j.reason END,
  digest_uri = j.digest_uri
FROM temp.judged j WHERE t.uri = j.uri AND t.status <> 'skipped';
DROP TABLE temp.judged;`);
}

/** The newest judgement on a digest replaces the one before. Call it within a transaction. */
export async function writeDigests(
  connection: DuckDBConnection,
  digests: readonly DigestEntry[],
  context: DigestContext,
): Promise<void> {
  if (digests.length === 0) return;
  const rows = digests.map((d): Cell[] => [
    d.uri,
    d.accountId,
    d.region,
    new Date(d.endsAt).toISOString().slice(0, 10),
    d.trail,
    d.kind,
    d.startsAt,
    d.endsAt,
    d.verdict,
    d.reason,
    d.signature,
    d.signatureSource,
    d.fingerprint,
    d.previousUri,
    d.sha256,
    d.logFiles,
    d.body,
    context.runId,
    context.now.getTime(),
  ]);
  await fillTemporary(connection, "judged_digest", digestTable.columns, rows);
  await connection.run(`
DELETE FROM digest WHERE uri IN (SELECT uri FROM temp.judged_digest);
INSERT INTO digest (${columnList(digestTable)}) SELECT ${columnList(digestTable)} FROM temp.judged_digest;
DROP TABLE temp.judged_digest;`);
}

/** Before a stretch is judged anew: what was missed in it may be there by now. Call it within a transaction. */
export async function forgetAbsent(
  connection: DuckDBConnection,
  place: { readonly accountId: string; readonly region: string; readonly below: string },
  from: number | null,
): Promise<void> {
  const here = `account_id = ${sqlText(place.accountId)} AND region = ${sqlText(place.region)} AND starts_with(uri, ${sqlText(place.below)})`;
  const since = from === null ? "true" : `ends_at > epoch_ms(${from})`;
  await connection.run(`DELETE FROM digest WHERE body IS NULL AND ${here} AND ${since}`);
}

export async function writeKeys(connection: DuckDBConnection, keys: readonly KeyEntry[]): Promise<void> {
  if (keys.length === 0) return;
  const rows = keys.map((k): Cell[] => [k.region, k.fingerprint, k.value, k.validFrom, k.validTo, k.source]);
  await fillTemporary(connection, "used_key", publicKeyTable.columns, rows);
  await connection.run(`
DELETE FROM public_key p USING temp.used_key u WHERE p.fingerprint = u.fingerprint AND p.region IS NOT DISTINCT FROM u.region;
INSERT INTO public_key (${columnList(publicKeyTable)}) SELECT DISTINCT ${columnList(publicKeyTable)} FROM temp.used_key;
DROP TABLE temp.used_key;`);
}

/** The last step of a check: what reports read. Call it within a transaction. */
export async function renewDigestCheck(connection: DuckDBConnection): Promise<void> {
  await connection.run(`
DELETE FROM digest_check;
INSERT INTO digest_check
SELECT account_id, region, day, 'digest', verdict, reason, count(*) FROM digest GROUP BY ALL
UNION ALL
SELECT account_id, region, day, 'log', verdict, reason, count(*) FROM missing_log GROUP BY ALL
ORDER BY ALL;`);
  await writeMeta(connection, { dirty: "true" });
}

/** What the ledger knows of a log file. */
export interface LedgerLog {
  readonly uri: string;
  readonly etag: string;
  readonly reason: string | null;
  readonly sha256: string | null;
  readonly flaw: string | null;
}

/** Log files of an account and Region below a beginning of URIs, of delivery days from `from` to `to`, the newest version of each. */
export async function ledgerLogs(
  connection: DuckDBConnection,
  place: { readonly accountId: string; readonly region: string; readonly below: string },
  from: string | null,
  to: string | null,
): Promise<readonly LedgerLog[]> {
  const days = [
    ...(from === null ? [] : [`day >= ${sqlText(from)}`]),
    ...(to === null ? [] : [`day <= ${sqlText(to)}`]),
  ];
  const rows = await rowsOf(
    connection,
    `SELECT uri, arg_max(etag, loaded_at), arg_max(reason, loaded_at), arg_max(sha256, loaded_at), arg_max(flaw, loaded_at)
FROM trail_object
WHERE status <> 'skipped' AND account_id = ${sqlText(place.accountId)} AND region = ${sqlText(place.region)}
  AND starts_with(uri, ${sqlText(place.below)})${days.map((day) => ` AND ${day}`).join("")}
GROUP BY uri ORDER BY uri`,
  );
  const text = (value: unknown): string | null => (value === null ? null : String(value));
  return rows.map(([uri, etag, reason, sha256, flaw]) => ({
    uri: String(uri),
    etag: String(etag),
    reason: text(reason),
    sha256: text(sha256),
    flaw: text(flaw),
  }));
}

/** What is still to be judged, epoch milliseconds. */
export interface OpenStretch {
  /** The first log file of the ledger; null: it has none. */
  readonly first: number | null;
  /** From here on; null: nothing was ever judged. */
  readonly since: number | null;
}

/** `recent`: what is younger and not valid may still become so. */
export async function openSince(
  connection: DuckDBConnection,
  place: { readonly accountId: string; readonly region: string; readonly below: string },
  recent: number,
): Promise<OpenStretch> {
  const here = `account_id = ${sqlText(place.accountId)} AND region = ${sqlText(place.region)} AND starts_with(uri, ${sqlText(place.below)})`;
  const [row] = await rowsOf(
    connection,
    `WITH log AS (
  SELECT try_strptime(regexp_extract(uri, '_(\\d{8}T\\d{4})Z[^/]*$', 1), '%Y%m%dT%H%M') AS delivered, digest_verdict
  FROM trail_object WHERE status <> 'skipped' AND ${here}
), oldest AS (
  SELECT min(delivered) AS first, min(delivered) FILTER (
    WHERE digest_verdict IS NULL OR digest_verdict = 'not-yet-digested' OR digest_verdict <> 'valid' AND delivered >= epoch_ms(${recent})
  ) AS open FROM log
), reached AS (
  SELECT min(ends_at) AS since FROM (SELECT max(ends_at) AS ends_at FROM digest WHERE ${here} AND kind = 'standard' AND body IS NOT NULL GROUP BY trail)
), missed AS (
  SELECT min(ends_at) AS since FROM digest WHERE ${here} AND verdict <> 'valid' AND ends_at >= epoch_ms(${recent})
)
SELECT epoch_ms(oldest.first), epoch_ms(CASE WHEN reached.since IS NOT NULL THEN least(reached.since, oldest.open, missed.since) END)
FROM oldest, reached, missed`,
  );
  const number = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));
  return { first: number(row?.[0]), since: number(row?.[1]) };
}
