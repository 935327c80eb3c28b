-- Ledgers of older files said in the ETag that an object could not be read, and in the reason that it was pruned.
UPDATE quarantine
SET etag = left(etag, -length(':unreadable'))
WHERE suffix(etag, ':unreadable');

DELETE FROM trail_object t
WHERE suffix(t.etag, ':unreadable')
  AND t.status = 'quarantined'
  AND EXISTS (
    SELECT 1
    FROM trail_object o
    WHERE o.uri = t.uri
      AND o.etag || ':unreadable' = t.etag
  );

UPDATE trail_object
SET
  status = 'unreadable',
  etag = left(etag, -length(':unreadable'))
WHERE suffix(etag, ':unreadable')
  AND status = 'quarantined';

UPDATE trail_object
SET
  status = 'pruned',
  reason = nullif(regexp_replace(reason, '^pruned(; )?', ''), '')
WHERE reason = 'pruned'
  OR starts_with(reason, 'pruned;')
