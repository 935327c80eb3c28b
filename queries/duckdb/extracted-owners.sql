-- Events that go to another object, and counted as new for one that was extracted: its share of them goes first.
CREATE OR REPLACE TEMP TABLE returned AS
WITH reached AS (
  SELECT
    s.object_uri,
    s.uri,
    s.etag,
    s.new_events,
    -f.change AS taken,
    sum(s.new_events) OVER (PARTITION BY s.object_uri ORDER BY s.uri, s.etag) - s.new_events AS before
  FROM extracted_share s
  JOIN temp.former_owner f ON f.object_uri = s.object_uri
  WHERE f.change < 0
)
SELECT object_uri, uri, etag, least(new_events, greatest(taken - before, 0)) AS events
FROM reached;

UPDATE trail_object t
SET
  new_events = t.new_events - r.events,
  duplicates = t.duplicates + r.events
FROM (SELECT uri, etag, sum(events) AS events FROM temp.returned GROUP BY uri, etag) r
WHERE r.uri = t.uri
  AND r.etag = t.etag;

UPDATE extracted_share s
SET new_events = s.new_events - r.events
FROM temp.returned r
WHERE r.object_uri = s.object_uri
  AND r.uri = s.uri
  AND r.etag = s.etag;

UPDATE temp.former_owner f
SET change = f.change + r.events
FROM (SELECT object_uri, sum(events) AS events FROM temp.returned GROUP BY object_uri) r
WHERE r.object_uri = f.object_uri
