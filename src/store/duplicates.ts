/** The handling of eventIDs that are already stored, or twice in a batch. */
import type { DuckDBConnection } from "duckdb";
import { columnsWithout } from "../schema/column.ts";
import { eventTable } from "../schema/event.ts";
import { filledQuery } from "../sql/query-file.ts";
import { columnList, eventColumns } from "./ddl.ts";
import { countOf, rowsOf } from "./duck.ts";
import type { Incoming } from "./fold.ts";

const content = columnsWithout(eventTable.columns, "object_uri", "record_index");
const columns = {
  event_columns: eventColumns,
  content_columns: columnList({ ...eventTable, columns: content }),
  content_order: content.map((column) => `"${column.name}" NULLS FIRST`).join(", "),
};

/**
 * Makes the view `incoming` from the view `staged` where temp.clash names eventIDs that are not new. The choice is independent of the order of loading: of plain
 * duplicates the smallest place, of different contents the first one, ordered by all columns; the contents that lose are kept in
 * event_variant. CloudTrail delivers at least once and trails overlap, so nearly all are plain duplicates, which hashes of the contents
 * show without moving a wide row.
 */
export async function settleDuplicates(connection: DuckDBConnection): Promise<Incoming> {
  for (const query of ["duplicates", "contested-events", "incoming-events"])
    await connection.run(filledQuery(`duckdb/${query}.sql`, columns));
  const contentConflicts = await keepVariants(connection);
  const [row] = await rowsOf(
    connection,
    `SELECT (SELECT count(*) FROM incoming) - (SELECT count(*) FROM temp.former),
  (SELECT count(*) FROM temp.former WHERE record_kind = 'completion')`,
  );
  // `incoming` still reads the others
  for (const table of ["copy", "verdict", "contested", "chosen", "contest", "former"])
    await connection.run(`DROP TABLE temp.${table}`);
  return { newEvents: Number(row?.[0] ?? 0), contentConflicts, replacesCompletions: Number(row?.[1] ?? 0) > 0 };
}

async function keepVariants(connection: DuckDBConnection): Promise<number> {
  const after = await countOf(connection, "SELECT count(*) FROM temp.contest WHERE n > 1");
  if (after === 0) return 0;
  const before = await countOf(
    connection,
    "SELECT count(*) FROM event_variant SEMI JOIN temp.contested USING (event_id)",
  );
  await connection.run(filledQuery("duckdb/event-variants.sql", columns));
  return after - before;
}
