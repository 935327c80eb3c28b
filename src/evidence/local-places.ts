/** The places that a pack gives local files: below the folder that was read, so that nobody's home is handed over. */
import { withCtes } from "../sql/composition.ts";
import { filledQuery } from "../sql/query-file.ts";
import type { Qualify } from "../sql/scope.ts";

const tables = [
  "trail_object",
  "invocation_log_object",
  "digest",
  "missing_log",
  "listed_range",
  "invocation_log_range",
] as const;

/** The statement with the relation `local_place` (uri, place) in front: all local files, whatever the range. */
export function withLocalPlaces(sql: string, qualify: Qualify): string {
  const names = Object.fromEntries(tables.map((table) => [table, qualify(table)]));
  return withCtes(sql, [`local_place AS (\n${filledQuery("duckdb/local-places.sql", names)}\n)`]);
}
