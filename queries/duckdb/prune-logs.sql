-- Invocation logs go with their calls; those without a call go by their own time. Calls that were pruned are remembered for a day: a log
-- of theirs that comes later goes too.
CREATE OR REPLACE TEMP TABLE gone_log AS
SELECT l.account_id, l.source_region, l.request_id
FROM invocation_log l
WHERE l.invocation_key IN (SELECT invocation_key FROM temp.doomed)
  OR (
    l.event_time < {{before}} + INTERVAL 1 DAY
    AND l.invocation_key IN (SELECT invocation_key FROM pruned_invocation)
  )
  OR (
    l.event_time < {{before}}
    AND NOT EXISTS (
      SELECT 1
      FROM invocation i
      WHERE i.invocation_key = l.invocation_key
        AND i.account_id = l.account_id
    )
  );

DELETE FROM invocation_log l
USING temp.gone_log g
WHERE g.account_id = l.account_id
  AND g.source_region = l.source_region
  AND g.request_id = l.request_id;

DELETE FROM quarantine
WHERE (uri, etag) IN (
  SELECT (uri, etag)
  FROM invocation_log_object
  WHERE status NOT IN ('skipped', 'pruned')
    AND day < {{day}}
);

UPDATE invocation_log_object
SET status = 'pruned'
WHERE status NOT IN ('skipped', 'pruned')
  AND day < {{day}}
