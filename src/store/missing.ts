/** The question which objects of the ledger a listing should have given and did not, and which still wait to be read. */
import type { DuckDBConnection } from "duckdb";
import { filledQuery } from "../sql/query-file.ts";
import { rowsOf, sqlText } from "./duck.ts";
import type { Ledger } from "./ledger.ts";

/** What a run listed completely. Prefixes are beginnings of URIs. */
export interface ListedKeyRange {
  /** Below these everything delivered from `from` to `to` was listed. */
  readonly roots: readonly string[];
  /** Delivery days, YYYY-MM-DD, inclusive; null: without bound. */
  readonly from: string | null;
  readonly to: string | null;
  /** Below these everything was listed, whatever its day. */
  readonly whole: readonly string[];
  /** Nothing below these: they were refused. */
  readonly except: readonly string[];
  /** Only these; empty: all. */
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
}

export interface MissingObject {
  readonly uri: string;
  readonly etag: string;
  /** Delivery day, or the day on which it was loaded where the key does not say it. */
  readonly day: string;
}

/** Begins to remember what is listed: hashes, 8 bytes an object. */
export async function startListed(connection: DuckDBConnection): Promise<void> {
  await connection.run("CREATE OR REPLACE TEMP TABLE listed (h UBIGINT)");
}

/** The candidates that were just compared with the ledger. */
export async function rememberListed(connection: DuckDBConnection): Promise<void> {
  await connection.run("INSERT INTO temp.listed SELECT hash(uri) FROM temp.candidate");
}

/** Objects that were looked at once, lie in the range and were not listed now. */
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

/** First delivery day on which an object below the prefixes lies that no run could read yet; what `findMissing` found is no longer there to be read. */
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

/** A range, so that DuckDB can skip the parts of a large ledger that cannot match. */
export function below(prefixes: readonly string[], of = ""): string {
  if (prefixes.length === 0) return "false";
  return prefixes
    .map((prefix) => `(${of}uri >= ${sqlText(prefix)} AND ${of}uri < ${sqlText(`${prefix}\u{10ffff}`)})`)
    .join(" OR ");
}

export function among(column: string, values: readonly string[]): readonly string[] {
  return values.length === 0 ? [] : [`${column} IN (${values.map(sqlText).join(", ")})`];
}
