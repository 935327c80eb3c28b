/** What the warehouse keeps of a check of CloudTrail's digests: verdicts in the ledger, the digests, the keys, what is gone. */
import type { DuckDBConnection } from "duckdb";
import { dayOf } from "../day.ts";
import { columnsWithout } from "../schema/column.ts";
import { digestTable, missingLogTable, publicKeyTable } from "../schema/digest-tables.ts";
import { filledQuery, readQuery } from "../sql/query-file.ts";
import { fillTemporary } from "./append.ts";
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

const verdictColumns = columnsWithout(missingLogTable.columns, "run_id");

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
    "checked_log",
    verdictColumns,
    verdicts.map((v) => ({
      uri: v.uri,
      account_id: v.accountId,
      region: v.region,
      day: v.day,
      verdict: v.verdict,
      reason: v.reason,
      digest_uri: v.digestUri,
      listed_hash: v.listedHash,
    })),
  );
  await connection.run(readQuery("duckdb/log-verdicts.sql"));
  const updated = await connection.run(readQuery("duckdb/ledger-verdicts.sql"));
  const absent = await countOf(connection, readQuery("duckdb/missing-log-changes.sql"));
  if (absent > 0) {
    const columns = columnList({ columns: verdictColumns });
    await connection.run(filledQuery("duckdb/missing-logs.sql", { columns, run_id: sqlText(context.runId) }));
  }
  await connection.run("DROP TABLE temp.checked_log; DROP TABLE temp.verdict");
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
  const rows = digests.map((d) => ({
    uri: d.uri,
    account_id: d.accountId,
    region: d.region,
    day: dayOf(new Date(d.endsAt)),
    trail: d.trail,
    kind: d.kind,
    starts_at: d.startsAt,
    ends_at: d.endsAt,
    verdict: d.verdict,
    reason: d.reason,
    signature: d.signature,
    signature_source: d.signatureSource,
    fingerprint: d.fingerprint,
    previous_uri: d.previousUri,
    sha256: d.sha256,
    log_files: d.logFiles,
    body: d.body,
    run_id: context.runId,
    checked_at: context.now.getTime(),
  }));
  await fillTemporary(connection, "checked_digest", digestTable.columns, rows);
  const later = from === null ? "true" : `ends_at > epoch_ms(${from})`;
  const terms = { here: isHere(place), later, columns: columnList(digestTable) };
  const changes = await countOf(connection, filledQuery("duckdb/digest-changes.sql", terms));
  if (changes > 0) await connection.run(filledQuery("duckdb/digests.sql", terms));
  await connection.run("DROP TABLE temp.checked_digest");
  return changes > 0;
}

function isHere({ accountId, region, below }: LedgerPlace): string {
  return `account_id = ${sqlText(accountId)} AND region = ${sqlText(region)} AND starts_with(uri, ${sqlText(below)})`;
}

export async function writeKeys(connection: DuckDBConnection, keys: readonly KeyEntry[]): Promise<void> {
  if (keys.length === 0) return;
  const rows = keys.map((k) => ({
    region: k.region,
    fingerprint: k.fingerprint,
    value: k.value,
    valid_from: k.validFrom,
    valid_to: k.validTo,
    source: k.source,
  }));
  await fillTemporary(connection, "used_key", publicKeyTable.columns, rows);
  await connection.run(filledQuery("duckdb/public-keys.sql", { columns: columnList(publicKeyTable) }));
}

/** The last step of a check: what reports read. Call it within a transaction. */
export async function renewDigestCheck(connection: DuckDBConnection): Promise<void> {
  await connection.run(readQuery("duckdb/digest-check.sql"));
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
  const conditions = [
    isHere(place),
    ...(from === null ? [] : [`day >= ${sqlText(from)}`]),
    ...(to === null ? [] : [`day <= ${sqlText(to)}`]),
  ].join("\n  AND ");
  const rows = await rowsOf(connection, filledQuery("duckdb/ledger-logs.sql", { conditions }));
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
export interface OpenRange {
  /** The first log file of the ledger; null: it has none. */
  readonly first: number | null;
  readonly last: number | null;
  /** From here on; null: nothing was ever judged. */
  readonly since: number | null;
}

/** `recent`: what is younger and not valid may still become so. */
export async function openSince(connection: DuckDBConnection, place: LedgerPlace, recent: number): Promise<OpenRange> {
  const terms = { here: isHere(place), recent: `epoch_ms(${recent})` };
  const [row] = await rowsOf(connection, filledQuery("duckdb/open-since.sql", terms));
  const number = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));
  return { first: number(row?.[0]), last: number(row?.[1]), since: number(row?.[2]) };
}
