-- Failures have no event time: theirs is the delivery day of their object, and a file never holds later events. The objects of
-- these days say that they are pruned, which the report coverage shows as their gap.
DELETE FROM quarantine
WHERE (uri, etag) IN (
  SELECT (uri, etag)
  FROM trail_object
  WHERE status NOT IN ('skipped', 'pruned')
    AND day < {{day}}
);

UPDATE trail_object
SET status = 'pruned'
WHERE status NOT IN ('skipped', 'pruned')
  AND day < {{day}}
