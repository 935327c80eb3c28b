-- title: Freshness
-- answers: How old is the newest log file of each account and Region, and which have fallen silent?
-- columns:
--   account_id: account folder of the trail
--   region: Region folder of the trail
--   newest_log: newest log file, by the time in its name, else the start of its delivery day, UTC; null without a file
--   newest_event: newest Bedrock event, UTC; null without one
--   age_hours: from newest_log to the clock of the run, or to the end of the range that was asked for if that was earlier
--   expected: named in the config, or by Organizations
--   gap: stale (older than the age that the run allows, 24 hours unless told otherwise); never delivered (expected for longer than that, and no file); no file (seen or listed, and none in the range); null: none
--
-- Every account and Region that was seen, listed or is expected.
WITH newest_day AS (
  SELECT account_id, region, max(day) AS day
  FROM trail_object
  WHERE status <> 'skipped' AND account_id IS NOT NULL AND region IS NOT NULL AND day IS NOT NULL
  GROUP BY 1, 2
), stamp AS (
  -- ACCOUNT_CloudTrail_REGION_20260914T2355Z_name: only the files of the newest day are looked at
  SELECT
    newest_day.account_id,
    newest_day.region,
    newest_day.day,
    max(
      CASE
        WHEN strpos(object.uri, '_CloudTrail_' || object.region || '_') > 0
        THEN substr(object.uri, strpos(object.uri, '_CloudTrail_' || object.region || '_') + length(object.region) + 13, 14)
      END
    ) AS stamp
  FROM trail_object AS object
  JOIN newest_day ON newest_day.account_id = object.account_id AND newest_day.region = object.region AND newest_day.day = object.day
  WHERE object.status <> 'skipped'
  GROUP BY 1, 2, 3
), log AS (
  SELECT
    account_id,
    region,
    coalesce(
      try_cast(
        substr(stamp, 1, 4) || '-' || substr(stamp, 5, 2) || '-' || substr(stamp, 7, 2) || ' ' || substr(stamp, 10, 2) || ':' || substr(stamp, 12, 2) || ':00'
        AS timestamp
      ),
      try_cast(day || ' 00:00:00' AS timestamp)
    ) AS newest_log
  FROM stamp
), delivered AS (
  SELECT coalesce(recipient_account_id, account_id) AS account_id, source_region AS region, max(event_time) AS newest_event
  FROM event
  GROUP BY 1, 2
), expectation AS (
  SELECT account_id, region, min(coalesce(since, '0001-01-01')) AS since
  FROM expected_trail
  GROUP BY 1, 2
), pair AS (
  SELECT account_id, region FROM log
  UNION
  SELECT account_id, region FROM listed_range
  UNION
  SELECT account_id, region FROM expectation
), aged AS (
  SELECT
    pair.account_id,
    pair.region,
    log.newest_log,
    delivered.newest_event,
    date_diff(
      'minute',
      log.newest_log,
      date_trunc('minute', CASE WHEN asked_range.to_time < asked_range.as_of THEN asked_range.to_time ELSE asked_range.as_of END)
    ) AS minutes,
    expectation.account_id IS NOT NULL AS expected,
    date_diff('minute', try_cast(expectation.since || ' 00:00:00' AS timestamp), date_trunc('minute', asked_range.as_of)) AS awaited_minutes,
    asked_range.max_age_hours
  FROM pair
  CROSS JOIN asked_range
  LEFT JOIN log ON log.account_id = pair.account_id AND log.region = pair.region
  LEFT JOIN delivered ON delivered.account_id = pair.account_id AND delivered.region = pair.region
  LEFT JOIN expectation ON expectation.account_id = pair.account_id AND expectation.region = pair.region
)
SELECT
  account_id,
  region,
  newest_log,
  newest_event,
  cast(minutes AS double) / 60 AS age_hours,
  expected,
  CASE
    -- an account that joined a moment ago is not silent
    WHEN newest_log IS NULL AND awaited_minutes <= 60 * max_age_hours THEN NULL
    WHEN newest_log IS NULL AND expected THEN 'never delivered'
    WHEN newest_log IS NULL THEN 'no file'
    WHEN minutes > 60 * max_age_hours THEN 'stale'
  END AS gap
FROM aged
ORDER BY account_id, region
