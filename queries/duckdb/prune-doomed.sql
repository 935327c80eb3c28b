-- The calls that go: those of which a record is older than the day. The earliest record decides and not the call's own time, which
-- may become a later one with what comes. They are remembered for as long as a record of theirs may still come: it must not stand as
-- a call of its own. A call's records lie within a day.
CREATE OR REPLACE TEMP TABLE doomed AS
WITH old AS (
  SELECT invocation_key, min(event_time) AS first_time
  FROM event
  WHERE event_time < {{before}}
    AND invocation_key IS NOT NULL
  GROUP BY invocation_key
)
SELECT i.invocation_key, i.event_time, coalesce(o.first_time, i.event_time) AS first_time
FROM invocation i
LEFT JOIN old o ON o.invocation_key = i.invocation_key
WHERE o.invocation_key IS NOT NULL
  OR (
    i.event_time < {{before}} + INTERVAL 1 DAY
    AND i.invocation_key IN (SELECT invocation_key FROM pruned_invocation)
  );

INSERT INTO pruned_invocation
SELECT invocation_key, first_time
FROM temp.doomed
WHERE invocation_key NOT IN (SELECT invocation_key FROM pruned_invocation);

DELETE FROM pruned_invocation
WHERE event_time < {{before}} - INTERVAL 1 DAY;

CREATE OR REPLACE TEMP TABLE gone AS
{{gone}}
