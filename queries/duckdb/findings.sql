-- What is not known yet stays in `found`, and is kept.
DELETE FROM temp.found n
WHERE EXISTS (
  SELECT 1
  FROM finding f
  WHERE f.kind = n.kind
    AND f.uri = n.uri
    AND f.etag = n.etag
);

INSERT INTO finding ({{columns}}, run_id, found_at)
SELECT
  {{columns}},
  {{run_id}},
  {{found_at}}
FROM temp.found
