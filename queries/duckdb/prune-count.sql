-- What pruning before a day would remove; works on a file that is open for reading.
WITH doomed AS (
  SELECT DISTINCT invocation_key
  FROM event
  WHERE event_time < {{before}}
    AND invocation_key IS NOT NULL
), gone AS (
  {{gone}}
)
SELECT
  (SELECT count(*) FROM doomed),
  (SELECT count(*) FROM gone),
  (SELECT count(*) FROM event_variant v WHERE v.event_id IN (SELECT event_id FROM gone)),
  (
    SELECT count(*)
    FROM quarantine q
    WHERE (q.uri, q.etag) IN (SELECT (uri, etag) FROM trail_object WHERE day < {{day}})
      OR (q.uri, q.etag) IN (SELECT (uri, etag) FROM invocation_log_object WHERE day < {{day}})
  ),
  (
    SELECT count(*)
    FROM invocation_log l
    WHERE l.invocation_key IN (SELECT invocation_key FROM doomed)
      OR (
        l.event_time < {{before}}
        AND NOT EXISTS (
          SELECT 1
          FROM invocation i
          WHERE i.invocation_key = l.invocation_key
            AND i.account_id = l.account_id
        )
      )
  )
