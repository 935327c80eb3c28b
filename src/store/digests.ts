/** The results of digest checks in the warehouse: verdicts in the ledger, digests, keys, and missing log files. */
import type { DuckDBConnection } from "duckdb";
import { dayOf } from "../day.ts";
import { type RowOf, column, columnsWithout } from "../schema/column.ts";
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
  /** The day in its name, YYYY-MM-DD. */
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

/** An account and Region below a prefix of URIs. */
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
 * Writes verdicts to the ledger's rows; each version of an object has its own. Log files that the ledger does not
 * have go into `missing_log`. To be called within a transaction.
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

/** A place whose digests were all judged from a time on (epoch milliseconds; null for the first digest). */
export interface CheckedPlace {
  readonly place: LedgerPlace;
  readonly from: number | null;
  readonly digests: readonly DigestEntry[];
}

const placeColumns = [
  column("account_id", "text", ""),
  column("region", "text", ""),
  column("below", "text", "beginning of its URIs"),
] as const;

/**
 * Replaces the verdicts on the digests of places, since a missing one may have come. Returns whether anything
 * changed. To be called within a transaction.
 */
export async function writeDigests(
  connection: DuckDBConnection,
  places: readonly CheckedPlace[],
  context: DigestContext,
): Promise<boolean> {
  if (places.length === 0) return false;
  await fillTemporary(
    connection,
    "checked_place",
    [...placeColumns, column("since", "timestamp", "")],
    places.map(({ place, from }) => ({ ...placeRow(place), since: from })),
  );
  const rows = places.flatMap(({ digests }) => digests.map((digest) => digestRow(digest, context)));
  await fillTemporary(connection, "checked_digest", digestTable.columns, rows);
  const changes = await countOf(connection, readQuery("duckdb/digest-changes.sql"));
  if (changes > 0) await connection.run(filledQuery("duckdb/digests.sql", { columns: columnList(digestTable) }));
  await connection.run("DROP TABLE temp.checked_digest; DROP TABLE temp.checked_place");
  return changes > 0;
}

function placeRow({ accountId, region, below }: LedgerPlace): RowOf<(typeof placeColumns)[number]> {
  return { account_id: accountId, region, below };
}

function digestRow(d: DigestEntry, { runId, now }: DigestContext): RowOf<(typeof digestTable.columns)[number]> {
  return {
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
    run_id: runId,
    checked_at: now.getTime(),
  };
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

/** Renews what reports read, as the last step of a check, within the caller's transaction. */
export async function renewDigestCheck(connection: DuckDBConnection): Promise<void> {
  await connection.run(readQuery("duckdb/digest-check.sql"));
  await writeMeta(connection, { dirty: "true" });
}

/** A log file as the ledger has it. */
export interface LedgerLog {
  readonly uri: string;
  readonly etag: string;
  readonly status: string;
  readonly reason: string | null;
  readonly sha256: string | null;
  readonly flaw: string | null;
}

/** A question for the log files of delivery days, YYYY-MM-DD, inclusive; `to` is null without an end. */
export interface AskedLogs {
  readonly place: LedgerPlace;
  readonly from: string | null;
  readonly to: string | null;
}

/** The newest version of each log file, for each question. */
export async function ledgerLogs(
  connection: DuckDBConnection,
  asked: readonly AskedLogs[],
): Promise<readonly (readonly LedgerLog[])[]> {
  await fillAskedPlaces(connection, asked);
  const rows = await rowsOf(connection, readQuery("duckdb/ledger-logs.sql"));
  const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
  const answers: LedgerLog[][] = asked.map(() => []);
  for (const [position, uri, etag, status, reason, sha256, flaw] of rows) {
    answers[Number(position)]?.push({
      uri: String(uri),
      etag: String(etag),
      status: String(status),
      reason: text(reason),
      sha256: text(sha256),
      flaw: text(flaw),
    });
  }
  return answers;
}

async function fillAskedPlaces(connection: DuckDBConnection, asked: readonly AskedLogs[]): Promise<void> {
  const days = [column("first_day", "text", ""), column("last_day", "text", "")] as const;
  await fillTemporary(
    connection,
    "asked_place",
    [column("position", "integer", ""), ...placeColumns, ...days],
    asked.map(({ place, from, to }, position) => ({ position, ...placeRow(place), first_day: from, last_day: to })),
  );
}

/** The range of a place that is still to be judged, in epoch milliseconds. */
export interface OpenRange {
  /** The number of its log files in the ledger, by version. */
  readonly files: number;
  /** Delivery of the first one; null if there is none. */
  readonly first: number | null;
  readonly last: number | null;
  /** The start of the open range; null if nothing was ever judged. */
  readonly since: number | null;
}

/** The open range of each place. Verdicts since `recent` that are not valid may still change. */
export async function openSince(
  connection: DuckDBConnection,
  places: readonly LedgerPlace[],
  recent: number,
): Promise<readonly OpenRange[]> {
  await fillAskedPlaces(
    connection,
    places.map((place) => ({ place, from: null, to: null })),
  );
  const rows = await rowsOf(connection, filledQuery("duckdb/open-since.sql", { recent: `epoch_ms(${recent})` }));
  const number = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));
  return rows.map(([files, first, last, since]) => ({
    files: Number(files),
    first: number(first),
    last: number(last),
    since: number(since),
  }));
}
