-- How many log files are missing that were not, or otherwise than they were, and how many are there by now.
WITH missing_now AS (
  SELECT uri, verdict, reason, digest_uri
  FROM temp.checked_log j
  WHERE NOT EXISTS (SELECT 1 FROM trail_object t WHERE t.uri = j.uri)
), known_missing AS (
  SELECT uri, verdict, reason, digest_uri
  FROM missing_log
)
SELECT
  (SELECT count(*) FROM (FROM missing_now EXCEPT FROM known_missing))
  + (
    SELECT count(*)
    FROM known_missing
    WHERE uri IN (SELECT uri FROM temp.checked_log)
      AND uri IN (SELECT uri FROM trail_object)
  )
