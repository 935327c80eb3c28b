/** Owns the question which listed objects have not been looked at yet. */
import type { DuckDBConnection } from "duckdb";
import { rowsOf } from "./duck.ts";

export interface Candidate {
  readonly uri: string;
  readonly etag: string;
  readonly size: number;
}

export interface UnknownObject {
  /** Position in the candidates. */
  readonly index: number;
  /** Another version of the object was loaded before. */
  readonly changed: boolean;
}

/**
 * Candidates without a ledger row for this ETag, in their order. A quarantined object is known until its ETag changes.
 * The bounds of the chunk let DuckDB skip the parts of a large ledger that cannot match.
 */
export async function findUnknown(
  connection: DuckDBConnection,
  candidates: readonly Candidate[],
): Promise<UnknownObject[]> {
  if (candidates.length === 0) return [];
  // one text for all of them: a call into DuckDB for each cell costs more than the comparison
  const texts = JSON.stringify([candidates.map(({ uri }) => uri), candidates.map(({ etag }) => etag)]);
  const filling = await connection.prepare(`CREATE OR REPLACE TEMP TABLE candidate AS
WITH given AS (SELECT from_json($1, '["VARCHAR[]"]') AS texts)
SELECT unnest(range(len(texts[1]))) AS place, unnest(texts[1]) AS uri, unnest(texts[2]) AS etag FROM given`);
  try {
    filling.bindVarchar(1, texts);
    await filling.run();
  } finally {
    // megabytes of text that no garbage collector knows of
    filling.destroySync();
  }
  const rows = await rowsOf(
    connection,
    `
WITH bound AS (SELECT min(uri) AS low, max(uri) AS high FROM temp.candidate),
seen AS (
  SELECT c.place, bool_or(t.etag = c.etag) AS same, bool_or(t.status = 'loaded') AS loaded
  FROM trail_object t JOIN temp.candidate c ON c.uri = t.uri
  WHERE t.uri >= (SELECT low FROM bound) AND t.uri <= (SELECT high FROM bound)
  GROUP BY c.place
)
SELECT c.place, coalesce(s.loaded, false) FROM temp.candidate c LEFT JOIN seen s ON s.place = c.place
WHERE NOT coalesce(s.same, false) ORDER BY c.place`,
  );
  return rows.map(([place, loaded]) => ({ index: Number(place), changed: loaded === true }));
}
