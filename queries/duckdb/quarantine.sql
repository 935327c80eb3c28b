-- What could not be read of the batch, as `rejected` has it.
INSERT INTO quarantine ({{columns}}, run_id)
SELECT
  {{columns}},
  {{run_id}}
FROM temp.rejected
