/** What the warehouse keeps of a check of CloudTrail's digests: verdicts in the ledger, the digests, the keys, what is gone. */
import type { DuckDBConnection } from "duckdb";
import type { Column } from "../schema/column.ts";
import { column } from "../schema/column.ts";
import { digestTable, missingLogTable, publicKeyTable } from "../schema/digest-tables.ts";
import { type Cell, fillTemporary } from "./append.ts";
import { countOf, rowsOf, sqlText } from "./duck.ts";
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

/** An account and Region below a beginning of URIs. */
export interface LedgerPlace {
  readonly accountId: string;
  readonly region: string;
  readonly below: string;
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
): Promise<boolean> {
  if (verdicts.length === 0) return false;
  await fillTemporary(
    connection,
    "judged",
    verdictColumns,
    verdicts.map((v): Cell[] => [v.uri, v.accountId, v.region, v.day, v.verdict, v.reason, v.digestUri, v.listedHash]),
  );
  const isSame = "t.sha256 IS NOT NULL AND t.sha256 = j.listed_hash";
  const isOther = "t.sha256 IS NOT NULL AND j.listed_hash IS NOT NULL AND t.sha256 <> j.listed_hash";
  const isAbsent = "NOT EXISTS (FROM trail_object t WHERE t.uri = j.uri)";
  await connection.run(`
CREATE OR REPLACE TEMP TABLE verdict AS
SELECT t.uri, t.etag, j.digest_uri,
  CASE WHEN ${isSame} THEN 'valid' WHEN ${isOther} THEN 'invalid' ELSE j.verdict END AS verdict,
  CASE WHEN ${isSame} THEN NULL WHEN ${isOther} THEN 'hash' ELSE j.reason END AS reason
FROM temp.judged j JOIN trail_object t ON t.uri = j.uri AND t.status <> 'skipped'`);
  const updated = await connection.run(`
UPDATE trail_object t SET digest_verdict = v.verdict, digest_reason = v.reason, digest_uri = v.digest_uri
FROM temp.verdict v WHERE t.uri = v.uri AND t.etag = v.etag AND (t.digest_verdict IS DISTINCT FROM v.verdict
  OR t.digest_reason IS DISTINCT FROM v.reason OR t.digest_uri IS DISTINCT FROM v.digest_uri)`);
  const told = "uri, verdict, reason, digest_uri";
  const absent = await countOf(
    connection,
    `SELECT count(*) FROM (
  (SELECT ${told} FROM temp.judged j WHERE ${isAbsent} EXCEPT SELECT ${told} FROM missing_log)
  UNION ALL (SELECT ${told} FROM missing_log m WHERE m.uri IN (SELECT uri FROM temp.judged j WHERE NOT (${isAbsent}))))`,
  );
  if (absent > 0) {
    await connection.run(`
DELETE FROM missing_log m WHERE m.uri IN (SELECT uri FROM temp.judged);
INSERT INTO missing_log (${columnList(missingLogTable)})
SELECT j.uri, j.account_id, j.region, j.day, j.verdict, j.reason, j.digest_uri, j.listed_hash, ${sqlText(context.runId)}
FROM temp.judged j WHERE ${isAbsent};`);
  }
  await connection.run("DROP TABLE temp.judged; DROP TABLE temp.verdict");
  return updated.rowsChanged > 0 || absent > 0;
}

/**
 * The judgements on the digests of a place from a time on, in place of those before: what was missed then may be there by now.
 * True if anything changed. Call it within a transaction.
 */
export async function writeDigests(
  connection: DuckDBConnection,
  place: LedgerPlace,
  from: number | null,
  digests: readonly DigestEntry[],
  context: DigestContext,
): Promise<boolean> {
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
  const absent = `body IS NULL AND ${isHere(place)}${from === null ? "" : ` AND ends_at > epoch_ms(${from})`}`;
  const told = "uri, verdict, reason, signature_source, sha256";
  const changes = await countOf(
    connection,
    `SELECT count(*) FROM (
  (SELECT ${told} FROM temp.judged_digest EXCEPT SELECT ${told} FROM digest)
  UNION ALL (SELECT ${told} FROM digest WHERE ${absent} EXCEPT SELECT ${told} FROM temp.judged_digest))`,
  );
  if (changes > 0) {
    await connection.run(`
DELETE FROM digest WHERE ${absent} OR uri IN (SELECT uri FROM temp.judged_digest);
INSERT INTO digest (${columnList(digestTable)}) SELECT ${columnList(digestTable)} FROM temp.judged_digest;`);
  }
  await connection.run("DROP TABLE temp.judged_digest");
  return changes > 0;
}

function isHere({ accountId, region, below }: LedgerPlace): string {
  return `account_id = ${sqlText(accountId)} AND region = ${sqlText(region)} AND starts_with(uri, ${sqlText(below)})`;
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
  readonly status: string;
  readonly reason: string | null;
  readonly sha256: string | null;
  readonly flaw: string | null;
}

/** Log files of an account and Region below a beginning of URIs, of delivery days from `from` to `to`, the newest version of each. */
export async function ledgerLogs(
  connection: DuckDBConnection,
  place: LedgerPlace,
  from: string | null,
  to: string | null,
): Promise<readonly LedgerLog[]> {
  const days = [
    ...(from === null ? [] : [`day >= ${sqlText(from)}`]),
    ...(to === null ? [] : [`day <= ${sqlText(to)}`]),
  ];
  const rows = await rowsOf(
    connection,
    `SELECT uri, arg_max(etag, loaded_at), arg_max(status, loaded_at), arg_max(reason, loaded_at), arg_max(sha256, loaded_at), arg_max(flaw, loaded_at)
FROM trail_object
WHERE status <> 'skipped' AND ${isHere(place)}${days.map((day) => ` AND ${day}`).join("")}
GROUP BY uri ORDER BY uri`,
  );
  const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
  return rows.map(([uri, etag, status, reason, sha256, flaw]) => ({
    uri: String(uri),
    etag: String(etag),
    status: String(status),
    reason: text(reason),
    sha256: text(sha256),
    flaw: text(flaw),
  }));
}

/** What is still to be judged, epoch milliseconds. */
export interface OpenStretch {
  /** The first log file of the ledger; null: it has none. */
  readonly first: number | null;
  readonly last: number | null;
  /** From here on; null: nothing was ever judged. */
  readonly since: number | null;
}

/** `recent`: what is younger and not valid may still become so. */
export async function openSince(
  connection: DuckDBConnection,
  place: LedgerPlace,
  recent: number,
): Promise<OpenStretch> {
  const here = isHere(place);
  const [row] = await rowsOf(
    connection,
    `WITH log AS (
  SELECT try_strptime(regexp_extract(uri, '_(\\d{8}T\\d{4})Z[^/]*$', 1), '%Y%m%dT%H%M') AS delivered, digest_verdict
  FROM trail_object WHERE status <> 'skipped' AND ${here}
), oldest AS (
  SELECT min(delivered) AS first, max(delivered) AS last, min(delivered) FILTER (
    WHERE digest_verdict IS NULL OR digest_verdict = 'not-yet-digested' OR digest_verdict <> 'valid' AND delivered >= epoch_ms(${recent})
  ) AS open FROM log
), reached AS (
  SELECT min(ends_at) AS since FROM (SELECT max(ends_at) AS ends_at FROM digest WHERE ${here} AND kind = 'standard' AND body IS NOT NULL GROUP BY trail)
), missed AS (
  SELECT min(ends_at) AS since FROM digest WHERE ${here} AND verdict <> 'valid' AND ends_at >= epoch_ms(${recent})
)
SELECT epoch_ms(oldest.first), epoch_ms(oldest.last), epoch_ms(CASE WHEN reached.since IS NOT NULL THEN least(reached.since, oldest.open, missed.since) END)
FROM oldest, reached, missed`,
  );
  const number = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));
  return { first: number(row?.[0]), last: number(row?.[1]), since: number(row?.[2]) };
}
