-- Of the eventIDs in `clash`: which copy is chosen, which rows of the staged files are left out, and whose contents differ (`contested`).
-- A place is an object and a position in it; of plain duplicates the smallest place is chosen.
CREATE OR REPLACE TEMP TABLE copy AS
SELECT
  t.event_id,
  hash({{content_columns}}) AS content,
  struct_pack(u := object_uri, i := record_index) AS place,
  NULL AS file,
  NULL AS file_row,
  true AS stored
FROM event t
SEMI JOIN temp.clash c ON c.event_id = t.event_id
UNION ALL
SELECT
  t.event_id,
  hash({{content_columns}}),
  struct_pack(u := object_uri, i := record_index),
  NULL,
  NULL,
  false
FROM event_variant t
SEMI JOIN temp.clash c ON c.event_id = t.event_id
UNION ALL
SELECT
  t.event_id,
  hash({{content_columns}}),
  struct_pack(u := object_uri, i := record_index),
  filename,
  file_row_number,
  false
FROM staged t
SEMI JOIN temp.clash c ON c.event_id = t.event_id;

CREATE OR REPLACE TEMP TABLE verdict AS
SELECT
  event_id,
  min(content) <> max(content) AS contested,
  min(place) AS place,
  min(place) FILTER (WHERE stored) AS stored_place
FROM temp.copy
GROUP BY event_id;

CREATE OR REPLACE TEMP TABLE contested AS
SELECT event_id
FROM temp.verdict
WHERE contested;

CREATE OR REPLACE TEMP TABLE chosen AS
SELECT
  c.event_id,
  min(struct_pack(f := c.file, r := c.file_row)) AS source,
  bool_or(v.stored_place IS NOT NULL) AS replaces
FROM temp.copy c
JOIN temp.verdict v ON v.event_id = c.event_id
WHERE NOT v.contested
  AND c.file IS NOT NULL
  AND c.place = v.place
  AND v.place IS DISTINCT FROM v.stored_place
GROUP BY c.event_id;

CREATE OR REPLACE TEMP TABLE left_out AS
SELECT c.file, c.file_row
FROM temp.copy c
ANTI JOIN temp.chosen n ON n.source.r = c.file_row AND n.source.f = c.file
WHERE c.file IS NOT NULL
