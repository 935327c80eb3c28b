-- The stale days anew. The range lets DuckDB leave out what lies elsewhere; the join leaves out the days between.
DELETE FROM invocation_day
WHERE day IN (SELECT day FROM stale_day);

INSERT INTO invocation_day ({{columns}})
WITH invocation AS (
  SELECT i.*
  FROM warehouse.main.invocation i
  SEMI JOIN stale_day s ON s.day = date_trunc('day', i.event_time)
  WHERE i.event_time >= {{from}}
    AND i.event_time < {{to}}
)
{{days}};

DELETE FROM stale_day
