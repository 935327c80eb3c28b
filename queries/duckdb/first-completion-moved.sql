-- The new first times, and the streamed calls whose evidence hangs on them.
DELETE FROM first_completion f
USING temp.moved m
WHERE f.account_id = m.account_id
  AND f.source_region = m.source_region;

INSERT INTO first_completion
SELECT account_id, source_region, first_time
FROM temp.moved
WHERE first_time IS NOT NULL;

INSERT INTO temp.touched
SELECT i.invocation_key
FROM invocation i
JOIN temp.moved m ON m.account_id = i.account_id AND m.source_region = i.source_region
WHERE i.streaming
  AND i.region_evidence IN ('pending', 'absence')
  AND i.event_time >= m.since
