-- What was quarantined on the days before, and whether the ledger has anything of them that is not pruned yet.
WITH old AS (
  SELECT uri, etag
  FROM trail_object
  WHERE status NOT IN ('skipped', 'pruned')
    AND day < {{day}}
)
SELECT
  (SELECT count(*) FROM quarantine q SEMI JOIN old o ON o.uri = q.uri AND o.etag = q.etag),
  EXISTS (SELECT 1 FROM old)
