-- What sources remember, in place of what they remembered under these names.
DELETE FROM source_state
WHERE (scope, name) IN ({{places}});

INSERT INTO source_state (scope, name, value, run_id, updated_at)
VALUES
  {{rows}}
