-- How many days are stale, the range that they lie in, and how many rows stand for other days.
SELECT
  count(*),
  CAST(min(day) AS VARCHAR),
  CAST(max(day) + INTERVAL 1 DAY AS VARCHAR),
  (
    SELECT count(*)
    FROM invocation_day
    WHERE day NOT IN (SELECT day FROM stale_day)
  )
FROM stale_day
