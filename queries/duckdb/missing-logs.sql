-- The log files that a digest lists and the ledger does not have.
DELETE FROM missing_log
WHERE uri IN (SELECT uri FROM temp.checked_log);

INSERT INTO missing_log ({{columns}}, run_id)
SELECT
  {{columns}},
  {{run_id}}
FROM temp.checked_log j
WHERE NOT EXISTS (SELECT 1 FROM trail_object t WHERE t.uri = j.uri)
