/** The search for objects of the ledger that a listing should have had and did not, and for those never read. */
import type { DuckDBConnection } from "duckdb";
import { filledQuery } from "../sql/query-file.ts";
import { rowsOf, sqlText } from "./duck.ts";
import type { Ledger } from "./ledger.ts";

/** The range that a run listed completely. Prefixes are those of URIs. */
export interface ListedKeyRange {
  /** Prefixes below which everything delivered from `from` to `to` was listed. */
  readonly roots: readonly string[];
  /** First delivery day, YYYY-MM-DD, like `to` included; null without a bound. */
  readonly from: string | null;
  readonly to: string | null;
  /** Prefixes below which everything was listed, whatever its day. */
  readonly whole: readonly string[];
  /** Prefixes that were refused and not listed. */
  readonly except: readonly string[];
  /** The accounts that were listed; empty for all. */
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
}

export interface MissingObject {
  readonly uri: string;
  readonly etag: string;
  /** Delivery day, or the day on which it was loaded where the key does not say it. */
  readonly day: string;
}

/** Begins to remember what is listed, as hashes of 8 bytes an object. */
export async function startListed(connection: DuckDBConnection): Promise<void> {
  await connection.run("CREATE OR REPLACE TEMP TABLE listed (h UBIGINT)");
}

/** Remembers the candidates that were just compared with the ledger. */
export async function rememberListed(connection: DuckDBConnection): Promise<void> {
  await connection.run("INSERT INTO temp.listed SELECT hash(uri) FROM temp.candidate");
}

/** Known objects in the range that were not listed now. */
export async function findMissing(
  connection: DuckDBConnection,
  keys: ListedKeyRange,
  ledger: Ledger = "trail_object",
): Promise<readonly MissingObject[]> {
  const days = [
    "day IS NOT NULL",
    ...(keys.from === null ? [] : [`day >= ${sqlText(keys.from)}`]),
    ...(keys.to === null ? [] : [`day <= ${sqlText(keys.to)}`]),
    ...among("account_id", keys.accounts),
    ...among("region", keys.regions),
  ].join(" AND ");
  const listed = `(${below(keys.roots)}) AND ${days} OR ${below(keys.whole)}`;
  await connection.run(filledQuery("duckdb/missing-objects.sql", { ledger, listed, except: below(keys.except) }));
  const rows = await rowsOf(connection, "SELECT uri, etag, day FROM temp.missing ORDER BY uri");
  return rows.map(([uri, etag, day]) => ({ uri: String(uri), etag: String(etag), day: String(day) }));
}

/** First delivery day of an object below the prefixes that no run could read yet, except for those that `findMissing` found. */
export async function oldestUnread(
  connection: DuckDBConnection,
  prefixes: readonly string[],
  ledger: Ledger = "trail_object",
): Promise<string | null> {
  // a new warehouse misses nothing
  await connection.run("CREATE TEMP TABLE IF NOT EXISTS missing (uri VARCHAR, etag VARCHAR, day VARCHAR)");
  const rows = await rowsOf(
    connection,
    filledQuery("duckdb/oldest-unread.sql", { ledger, below: below(prefixes, "w.") }),
  );
  const day = rows[0]?.[0];
  return typeof day === "string" ? day : null;
}

/** The condition for keys below prefixes, as ranges: they let DuckDB skip parts of a large ledger. */
export function below(prefixes: readonly string[], of = ""): string {
  if (prefixes.length === 0) return "false";
  return prefixes
    .map((prefix) => `(${of}uri >= ${sqlText(prefix)} AND ${of}uri < ${sqlText(`${prefix}\u{10ffff}`)})`)
    .join(" OR ");
}

export function among(column: string, values: readonly string[]): readonly string[] {
  return values.length === 0 ? [] : [`${column} IN (${values.map(sqlText).join(", ")})`];
}
