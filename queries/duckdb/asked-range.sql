-- What a report is asked for without a scope: everything, by the clock of the last run.
SELECT
  cast(NULL AS timestamp) AS from_time,
  cast(NULL AS timestamp) AS to_time,
  cast(NULL AS varchar) AS first_day,
  cast(NULL AS varchar) AS last_day,
  (SELECT max(started_at) FROM run) AS as_of,
  24 AS max_age_hours,
  false AS of_principals
