-- A smaller object took events over from an object that was loaded before: the counts move with them.
CREATE OR REPLACE TEMP TABLE shift AS
SELECT t.uri, max_by(t.etag, t.new_events) AS etag, any_value(m.change) AS change
FROM temp.former_owner m
JOIN trail_object t ON t.uri = m.object_uri
WHERE NOT EXISTS (
  SELECT 1
  FROM temp.entry e
  WHERE e.uri = t.uri
    AND e.etag = t.etag
)
GROUP BY t.uri;

UPDATE trail_object t
SET
  new_events = t.new_events + s.change,
  duplicates = t.duplicates - s.change
FROM temp.shift s
WHERE s.uri = t.uri
  AND s.etag = t.etag
