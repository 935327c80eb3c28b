-- Ledger rows of invocation log objects in `log_entry`. A record counts as new for the object that owns its row; a smaller object that
-- takes rows over from one that was loaded before takes the counts with them.
DELETE FROM quarantine q
USING invocation_log_object t, temp.log_entry e
WHERE t.uri = e.uri
  AND t.status = 'unreadable'
  AND q.uri = t.uri
  AND q.etag = t.etag;

DELETE FROM invocation_log_object t
USING temp.log_entry e
WHERE t.uri = e.uri
  AND t.status = 'unreadable';

INSERT INTO invocation_log_object ({{entry_columns}}, new_records, duplicates, run_id, loaded_at)
SELECT
  {{entry_values}},
  greatest(coalesce(c.change, 0), 0),
  e.kept - greatest(coalesce(c.change, 0), 0),
  {{run_id}},
  {{loaded_at}}
FROM temp.log_entry e
LEFT JOIN temp.log_change c ON c.object_uri = e.uri;

CREATE OR REPLACE TEMP TABLE log_shift AS
SELECT t.uri, max_by(t.etag, t.new_records) AS etag, any_value(m.change) AS change
FROM temp.log_change m
JOIN invocation_log_object t ON t.uri = m.object_uri
WHERE NOT EXISTS (
  SELECT 1
  FROM temp.log_entry e
  WHERE e.uri = t.uri
    AND (e.etag = t.etag OR m.change >= 0)
)
GROUP BY t.uri;

UPDATE invocation_log_object t
SET
  new_records = t.new_records + s.change,
  duplicates = t.duplicates - s.change
FROM temp.log_shift s
WHERE s.uri = t.uri
  AND s.etag = t.etag
