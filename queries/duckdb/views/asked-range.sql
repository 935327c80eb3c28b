-- title: What was asked for
-- answers: Which range, by which clock: one row, which a report's scope replaces; here everything, by the clock of the last run
-- columns:
--   from_time: first moment, UTC; null: from the beginning
--   to_time: the moment after the last one, UTC; null: as far as was listed
--   first_day: day of the first moment, YYYY-MM-DD
--   last_day: day of the last moment, YYYY-MM-DD
--   as_of: clock of the run, UTC: what is lost, what is stale, which days are over
--   max_age_hours: logs that are older are stale
--   of_principals: only some principals were asked for
SELECT
  cast(NULL AS timestamp) AS from_time,
  cast(NULL AS timestamp) AS to_time,
  cast(NULL AS varchar) AS first_day,
  cast(NULL AS varchar) AS last_day,
  (SELECT max(started_at) FROM run) AS as_of,
  24 AS max_age_hours,
  false AS of_principals
