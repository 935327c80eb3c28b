-- A smaller object took events over from an object that was loaded before: the counts move with them. Of an object with several versions
-- each gives no more than it has, the one with most new events first.
CREATE OR REPLACE TEMP TABLE shift AS
WITH version AS (
  SELECT
    t.uri,
    t.etag,
    m.change,
    coalesce(t.new_events, 0) AS new_events,
    CASE WHEN m.change < 0 THEN coalesce(t.new_events, 0) ELSE coalesce(t.duplicates, 0) END AS available
  FROM temp.former_owner m
  JOIN trail_object t ON t.uri = m.object_uri
  WHERE NOT EXISTS (
    SELECT 1
    FROM temp.entry e
    WHERE e.uri = t.uri
      AND e.etag = t.etag
  )
),
reached AS (
  SELECT
    uri,
    etag,
    change,
    available,
    sum(available) OVER (PARTITION BY uri ORDER BY new_events DESC, etag ROWS UNBOUNDED PRECEDING) - available AS before
  FROM version
)
SELECT uri, etag, sign(change) * least(available, greatest(abs(change) - before, 0)) AS change
FROM reached;

UPDATE trail_object t
SET
  new_events = t.new_events + s.change,
  duplicates = t.duplicates - s.change
FROM temp.shift s
WHERE s.uri = t.uri
  AND s.etag = t.etag
  AND s.change <> 0
