-- The first and last log file of each place, how many there are, and since when something there is still to be judged.
WITH log AS (
  SELECT
    p.position,
    try_strptime(regexp_extract(t.uri, '_(\d{8}T\d{4})Z[^/]*$', 1), '%Y%m%dT%H%M') AS delivered,
    t.digest_verdict
  FROM temp.asked_place p
  JOIN trail_object t ON t.account_id = p.account_id AND t.region = p.region AND starts_with(t.uri, p.below)
  WHERE t.status <> 'skipped'
), oldest AS (
  SELECT
    position,
    count(*) AS files,
    min(delivered) AS first,
    max(delivered) AS last,
    min(delivered) FILTER (
      WHERE digest_verdict IS NULL
        OR digest_verdict = 'not-yet-digested'
        OR digest_verdict <> 'valid' AND delivered >= {{recent}}
    ) AS open
  FROM log
  GROUP BY position
), placed_digest AS (
  SELECT
    p.position,
    d.trail,
    d.kind,
    d.verdict,
    d.ends_at,
    d.body IS NOT NULL AS is_there
  FROM temp.asked_place p
  JOIN digest d ON d.account_id = p.account_id AND d.region = p.region AND starts_with(d.uri, p.below)
), reached AS (
  SELECT position, min(ends_at) AS since
  FROM (
    SELECT position, max(ends_at) AS ends_at
    FROM placed_digest
    WHERE kind = 'standard' AND is_there
    GROUP BY position, trail
  )
  GROUP BY position
), missed AS (
  SELECT position, min(ends_at) AS since
  FROM placed_digest
  WHERE verdict <> 'valid' AND ends_at >= {{recent}}
  GROUP BY position
)
SELECT
  coalesce(oldest.files, 0),
  epoch_ms(oldest.first),
  epoch_ms(oldest.last),
  epoch_ms(
    CASE
      WHEN reached.since IS NOT NULL THEN least(reached.since, oldest.open, missed.since)
    END
  )
FROM temp.asked_place p
LEFT JOIN oldest USING (position)
LEFT JOIN reached USING (position)
LEFT JOIN missed USING (position)
ORDER BY p.position
