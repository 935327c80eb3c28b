/** The search for listed objects that have not been read yet. */
import type { DuckDBConnection } from "duckdb";
import { filledQuery, readQuery } from "../sql/query-file.ts";
import { rowsOf } from "./duck.ts";

/** The table that remembers objects of a kind. */
export type Ledger = "trail_object" | "invocation_log_object";

/** The kind of an object: records of a trail, or model invocation logs. Each kind has its own ledger. */
export type ObjectKind = "trail" | "invocation-log";

export function ledgerOf(kind: ObjectKind): Ledger {
  return kind === "trail" ? "trail_object" : "invocation_log_object";
}

export interface Candidate {
  readonly uri: string;
  readonly etag: string;
  readonly size: number;
}

export interface UnknownObject {
  /** Position in the candidates. */
  readonly index: number;
  /** Whether another version of the object was loaded before. */
  readonly changed: boolean;
}

/** Candidates without a ledger row for this ETag, in their order. A quarantined object is known until its ETag changes; one that could not be read is never known. */
export async function findUnknown(
  connection: DuckDBConnection,
  candidates: readonly Candidate[],
  ledger: Ledger = "trail_object",
): Promise<UnknownObject[]> {
  if (candidates.length === 0) return [];
  const texts = JSON.stringify([candidates.map(({ uri }) => uri), candidates.map(({ etag }) => etag)]);
  const filling = await connection.prepare(readQuery("duckdb/candidates.sql"));
  try {
    filling.bindVarchar(1, texts);
    await filling.run();
  } finally {
    // megabytes of text outside of the garbage collector's view
    filling.destroySync();
  }
  const rows = await rowsOf(connection, filledQuery("duckdb/unknown-objects.sql", { ledger }));
  return rows.map(([place, loaded]) => ({ index: Number(place), changed: loaded === true }));
}
