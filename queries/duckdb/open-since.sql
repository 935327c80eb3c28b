-- The first and last log file of a place, and since when something there is still to be judged.
WITH log AS (
  SELECT
    try_strptime(regexp_extract(uri, '_(\d{8}T\d{4})Z[^/]*$', 1), '%Y%m%dT%H%M') AS delivered,
    digest_verdict
  FROM trail_object
  WHERE status <> 'skipped'
    AND {{here}}
), oldest AS (
  SELECT
    min(delivered) AS first,
    max(delivered) AS last,
    min(delivered) FILTER (
      WHERE digest_verdict IS NULL
        OR digest_verdict = 'not-yet-digested'
        OR digest_verdict <> 'valid' AND delivered >= {{recent}}
    ) AS open
  FROM log
), reached AS (
  SELECT min(ends_at) AS since
  FROM (
    SELECT max(ends_at) AS ends_at
    FROM digest
    WHERE {{here}}
      AND kind = 'standard'
      AND body IS NOT NULL
    GROUP BY trail
  )
), missed AS (
  SELECT min(ends_at) AS since
  FROM digest
  WHERE {{here}}
    AND verdict <> 'valid'
    AND ends_at >= {{recent}}
)
SELECT
  epoch_ms(oldest.first),
  epoch_ms(oldest.last),
  epoch_ms(
    CASE
      WHEN reached.since IS NOT NULL THEN least(reached.since, oldest.open, missed.since)
    END
  )
FROM oldest, reached, missed
