/** Owns what becomes of eventIDs that are there already, or twice in a batch. */
import type { DuckDBConnection } from "duckdb";
import type { Column } from "../schema/column.ts";
import { eventTable } from "../schema/event.ts";
import { countOf, rowsOf } from "./duck.ts";
import type { Incoming } from "./fold.ts";
import { eventColumns as columns } from "./ddl.ts";

const content = eventTable.columns.filter((column) => column.name !== "object_uri" && column.name !== "record_index");
const contentList = content.map((column) => `"${column.name}"`).join(", ");

/**
 * Makes the view `incoming` of the view `staged` where temp.clash names eventIDs that are not new. The choice must not depend on the order of loading: of plain
 * duplicates the smallest place, of different contents the first one, ordered by all columns; the contents that lose are kept in
 * event_variant. CloudTrail delivers at least once and trails overlap, so nearly all are plain duplicates: hashes of the contents tell
 * these apart, and no wide row is moved for them.
 */
export async function settleDuplicates(connection: DuckDBConnection): Promise<Incoming> {
  const copiesIn = (table: string, file: string, row: string): string => `
SELECT t.event_id, hash(${contentList}) AS content, struct_pack(u := object_uri, i := record_index) AS place, ${file} AS file, ${row} AS file_row
FROM ${table} t SEMI JOIN temp.clash c ON c.event_id = t.event_id`;
  await connection.run(`
CREATE OR REPLACE TEMP TABLE copy AS
SELECT *, true AS stored FROM (${copiesIn("event", "NULL", "NULL")})
UNION ALL SELECT *, false FROM (${copiesIn("event_variant", "NULL", "NULL")})
UNION ALL SELECT *, false FROM (${copiesIn("staged", "filename", "file_row_number")});
CREATE OR REPLACE TEMP TABLE verdict AS
SELECT event_id, min(content) <> max(content) AS contested, min(place) AS place, min(place) FILTER (WHERE stored) AS stored_place
FROM temp.copy GROUP BY event_id;
CREATE OR REPLACE TEMP TABLE contested AS SELECT event_id FROM temp.verdict WHERE contested;
CREATE OR REPLACE TEMP TABLE chosen AS
SELECT c.event_id, min(struct_pack(f := c.file, r := c.file_row)) AS source, bool_or(v.stored_place IS NOT NULL) AS replaces
FROM temp.copy c JOIN temp.verdict v ON v.event_id = c.event_id
WHERE NOT v.contested AND c.file IS NOT NULL AND c.place = v.place AND v.place IS DISTINCT FROM v.stored_place
GROUP BY c.event_id;
CREATE OR REPLACE TEMP TABLE left_out AS
SELECT c.file, c.file_row FROM temp.copy c ANTI JOIN temp.chosen n ON n.source.r = c.file_row AND n.source.f = c.file
WHERE c.file IS NOT NULL;`);
  await settleContests(connection);
  await connection.run(`
INSERT INTO temp.former SELECT ${columns} FROM event t SEMI JOIN temp.chosen n ON n.event_id = t.event_id AND n.replaces;
CREATE OR REPLACE TEMP VIEW incoming AS
SELECT ${columns} FROM staged s
ANTI JOIN temp.left_out l ON l.file_row = s.file_row_number AND l.file = s.filename
UNION ALL SELECT ${columns} FROM temp.changed;
CREATE OR REPLACE TEMP TABLE owner_change AS
SELECT object_uri, sum(change) AS change FROM (
  SELECT object_uri, 1 AS change FROM incoming UNION ALL SELECT object_uri, -1 FROM temp.former
) GROUP BY object_uri HAVING sum(change) <> 0;
INSERT INTO temp.touched SELECT DISTINCT invocation_key FROM temp.former WHERE invocation_key IS NOT NULL;
DELETE FROM event WHERE event_id IN (SELECT event_id FROM temp.former);`);
  const conflicts = await keepVariants(connection);
  const [row] = await rowsOf(
    connection,
    `SELECT (SELECT count(*) FROM incoming) - (SELECT count(*) FROM temp.former),
  (SELECT count(*) FROM temp.former WHERE record_kind = 'completion')`,
  );
  // `incoming` still reads the others
  for (const table of ["copy", "verdict", "contested", "chosen", "contest", "former"])
    await connection.run(`DROP TABLE temp.${table}`);
  const replacesCompletions = Number(row?.[1] ?? 0) > 0;
  return { newEvents: Number(row?.[0] ?? 0), contentConflicts: conflicts, replacesCompletions };
}

/** Of the eventIDs in temp.contested: `changed` holds the chosen events that are not stored yet, `former` those that are to go. */
async function settleContests(connection: DuckDBConnection): Promise<void> {
  const from = (table: string): string =>
    `SELECT ${columns} FROM ${table} t SEMI JOIN temp.contested c ON c.event_id = t.event_id`;
  const order = content.map((column: Column) => `"${column.name}" NULLS FIRST`).join(", ");
  await connection.run(`
CREATE OR REPLACE TEMP TABLE contest AS
WITH pool AS (${from("event")} UNION ALL ${from("event_variant")} UNION ALL ${from("staged")}),
one AS (SELECT ${contentList}, min(struct_pack(u := object_uri, i := record_index)) AS place FROM pool GROUP BY ${contentList})
SELECT ${contentList}, place.u AS object_uri, place.i AS record_index, row_number() OVER (PARTITION BY event_id ORDER BY ${order}) AS n FROM one;
CREATE OR REPLACE TEMP TABLE former AS ${from("event")};
CREATE OR REPLACE TEMP TABLE changed AS
SELECT ${columns} FROM temp.contest WHERE n = 1 EXCEPT SELECT ${columns} FROM temp.former;
DELETE FROM temp.former WHERE event_id NOT IN (SELECT event_id FROM temp.changed);`);
}

async function keepVariants(connection: DuckDBConnection): Promise<number> {
  const after = await countOf(connection, "SELECT count(*) FROM temp.contest WHERE n > 1");
  if (after === 0) return 0;
  const before = await countOf(
    connection,
    "SELECT count(*) FROM event_variant SEMI JOIN temp.contested USING (event_id)",
  );
  await connection.run(`
DELETE FROM event_variant WHERE event_id IN (SELECT event_id FROM temp.contested);
INSERT INTO event_variant (${columns}) SELECT ${columns} FROM temp.contest WHERE n > 1;`);
  return after - before;
}
