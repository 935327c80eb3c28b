-- The view `incoming`, which the fold and `event` take; whose counts move to whom (`owner_change`); and what is stored now goes.
INSERT INTO temp.former
SELECT {{event_columns}}
FROM event t
SEMI JOIN temp.chosen n ON n.event_id = t.event_id AND n.replaces;

CREATE OR REPLACE TEMP VIEW incoming AS
SELECT {{event_columns}}
FROM staged s
ANTI JOIN temp.left_out l ON l.file_row = s.file_row_number AND l.file = s.filename
UNION ALL
SELECT {{event_columns}}
FROM temp.changed;

CREATE OR REPLACE TEMP TABLE owner_change AS
WITH owned AS (
  SELECT object_uri, 1 AS change FROM incoming
  UNION ALL
  SELECT object_uri, -1 FROM temp.former
)
SELECT object_uri, sum(change) AS change
FROM owned
GROUP BY object_uri
HAVING sum(change) <> 0;

INSERT INTO temp.touched
SELECT DISTINCT invocation_key
FROM temp.former
WHERE invocation_key IS NOT NULL;

DELETE FROM event
WHERE event_id IN (SELECT event_id FROM temp.former)
