-- Ledger rows of the batch in `entry`. An event counts as new for the object that owns its row.
INSERT INTO trail_object ({{entry_columns}}, new_events, duplicates, run_id, loaded_at)
SELECT
  {{entry_values}},
  greatest(coalesce(c.change, 0), 0),
  e.bedrock_events - greatest(coalesce(c.change, 0), 0),
  {{run_id}},
  {{loaded_at}}
FROM temp.entry e
LEFT JOIN temp.owner_change c ON c.object_uri = e.uri;

CREATE OR REPLACE TEMP TABLE former_owner AS
SELECT object_uri, change
FROM temp.owner_change
WHERE change < 0
  OR object_uri NOT IN (SELECT uri FROM temp.entry)
