-- Of the eventIDs in `contested`: the contents in an order that does not depend on loading. `changed` holds the chosen events that
-- are not stored yet, `former` those that are to go.
CREATE OR REPLACE TEMP TABLE contest AS
WITH content AS (
  SELECT {{event_columns}} FROM event t SEMI JOIN temp.contested c ON c.event_id = t.event_id
  UNION ALL
  SELECT {{event_columns}} FROM event_variant t SEMI JOIN temp.contested c ON c.event_id = t.event_id
  UNION ALL
  SELECT {{event_columns}} FROM staged t SEMI JOIN temp.contested c ON c.event_id = t.event_id
), distinct_content AS (
  SELECT
    {{content_columns}},
    min(struct_pack(u := object_uri, i := record_index)) AS place
  FROM content
  GROUP BY {{content_columns}}
)
SELECT
  {{content_columns}},
  place.u AS object_uri,
  place.i AS record_index,
  row_number() OVER (PARTITION BY event_id ORDER BY {{content_order}}) AS n
FROM distinct_content;

CREATE OR REPLACE TEMP TABLE former AS
SELECT {{event_columns}}
FROM event t
SEMI JOIN temp.contested c ON c.event_id = t.event_id;

CREATE OR REPLACE TEMP TABLE changed AS
SELECT {{event_columns}}
FROM temp.contest
WHERE n = 1
EXCEPT
SELECT {{event_columns}}
FROM temp.former;

DELETE FROM temp.former
WHERE event_id NOT IN (SELECT event_id FROM temp.changed)
