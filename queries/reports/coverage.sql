-- title: Coverage
-- answers: For which account, Region and day are there log files, and where is a gap?
-- columns:
--   account_id: account folder of the trail
--   region: Region folder of the trail
--   day: delivery day, YYYY-MM-DD
--   objects: log files seen, loaded or quarantined; skipped ones are not log files
--   records: records in them
--   bedrock_events: Bedrock records kept
--   digest_status: the worst that CloudTrail's digests say of the day: invalid, missing, unlisted (nothing vouches for a log file), unreadable, undigested, not checked, not yet digested, valid
--   gap: no file (it was listed, and nothing lay there); never delivered (expected, and no file in the whole range); not listed (nobody looked, or not to the end of the day); pruned (its events were removed by retention); quarantined; no place (the path names no account, Region and day); null: none
--
-- Which days are due: those of the range that was asked for, of every account and Region that was seen, listed or is expected; without a
-- range from the first file of each (of the expected ones, of all) to the last day that was listed to its end. No later than the clock of
-- the run: a day that is not over owes nothing yet.
-- The calendar is made by counting, without recursion and without functions that only one engine has: 100,000 days.
WITH object AS (
  -- an object that was replaced has a row for each ETag: it is one file, and loaded if any version was
  SELECT
    account_id,
    region,
    try_cast(day AS date) AS day,
    uri,
    max(CASE WHEN status IN ('loaded', 'pruned') THEN 1 ELSE 0 END) AS loaded,
    max(CASE WHEN status = 'pruned' THEN 1 ELSE 0 END) AS pruned,
    max(records) AS records,
    max(bedrock_events) AS bedrock_events
  FROM trail_object
  WHERE status <> 'skipped'
  GROUP BY 1, 2, 3, 4
), seen AS (
  SELECT
    account_id,
    region,
    day,
    count(*) AS objects,
    sum(records) AS records,
    sum(bedrock_events) AS bedrock_events,
    sum(1 - loaded) AS quarantined,
    sum(pruned) AS pruned
  FROM object
  GROUP BY 1, 2, 3
), listed AS (
  SELECT account_id, region, try_cast(first_day AS date) AS first_day, try_cast(last_day AS date) AS last_day
  FROM listed_range
), known AS (
  SELECT account_id, region, day AS file_day, cast(NULL AS date) AS listed_day, cast(NULL AS date) AS since, 0 AS is_expected
  FROM seen
  WHERE account_id IS NOT NULL AND region IS NOT NULL AND day IS NOT NULL
  UNION ALL
  SELECT account_id, region, NULL, last_day, NULL, 0
  FROM listed
  UNION ALL
  SELECT account_id, region, NULL, NULL, try_cast(since AS date), 1
  FROM expected_trail
), pair AS (
  SELECT
    account_id,
    region,
    min(file_day) AS first_file,
    max(file_day) AS last_file,
    max(listed_day) AS listed_to,
    min(since) AS since,
    max(is_expected) AS is_expected
  FROM known
  GROUP BY 1, 2
), horizon AS (
  SELECT
    min(first_file) AS first_file,
    max(listed_to) AS listed_to,
    max(CASE WHEN listed_to > last_file OR last_file IS NULL THEN listed_to ELSE last_file END) AS last_known
  FROM pair
), bound AS (
  SELECT
    try_cast(asked_range.first_day AS date) AS asked_first,
    try_cast(asked_range.last_day AS date) AS asked_last,
    horizon.first_file,
    horizon.listed_to,
    CASE
      WHEN try_cast(asked_range.last_day AS date) > cast(asked_range.as_of AS date) THEN cast(asked_range.as_of AS date)
      WHEN asked_range.last_day IS NOT NULL THEN try_cast(asked_range.last_day AS date)
      WHEN horizon.last_known >= cast(asked_range.as_of AS date) THEN cast(cast(asked_range.as_of AS date) - interval '1' day AS date)
      ELSE horizon.last_known
    END AS last_day
  FROM asked_range
  CROSS JOIN horizon
), term AS (
  SELECT
    pair.account_id,
    pair.region,
    pair.first_file,
    pair.last_file,
    pair.listed_to,
    pair.is_expected,
    bound.asked_last,
    bound.listed_to AS any_listed_to,
    bound.last_day,
    CASE
      WHEN pair.since > coalesce(bound.asked_first, bound.first_file, bound.last_day) THEN pair.since
      WHEN bound.asked_first IS NOT NULL THEN bound.asked_first
      WHEN pair.is_expected = 1 THEN coalesce(bound.first_file, bound.last_day)
      ELSE coalesce(pair.first_file, bound.last_day)
    END AS first_day
  FROM pair
  CROSS JOIN bound
), digit AS (
  SELECT n FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS t (n)
), calendar AS (
  SELECT cast(start.day + interval '1' day * (a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n) AS date) AS day
  FROM (SELECT min(first_day) AS day FROM term) AS start
  CROSS JOIN digit AS a
  CROSS JOIN digit AS b
  CROSS JOIN digit AS c
  CROSS JOIN digit AS d
  CROSS JOIN digit AS e
), due AS (
  SELECT
    term.account_id,
    term.region,
    calendar.day,
    term.first_file,
    term.last_file,
    term.is_expected,
    term.any_listed_to,
    -- to its end: only a range that was asked for can reach beyond what was listed
    CASE WHEN term.asked_last IS NOT NULL AND calendar.day > term.listed_to THEN 1 ELSE 0 END AS is_open
  FROM calendar
  JOIN bound ON calendar.day <= bound.last_day
  JOIN term ON calendar.day BETWEEN term.first_day AND term.last_day
), looked AS (
  SELECT due.account_id, due.region, due.day
  FROM due
  JOIN listed ON listed.account_id = due.account_id AND listed.region = due.region
  WHERE due.day <= listed.last_day AND (listed.first_day IS NULL OR due.day >= listed.first_day)
  GROUP BY 1, 2, 3
), line AS (
  SELECT
    coalesce(due.account_id, seen.account_id) AS account_id,
    coalesce(due.region, seen.region) AS region,
    coalesce(due.day, seen.day) AS day,
    coalesce(seen.objects, 0) AS objects,
    coalesce(seen.records, 0) AS records,
    coalesce(seen.bedrock_events, 0) AS bedrock_events,
    CASE
      WHEN seen.pruned > 0 THEN 'pruned'
      WHEN seen.quarantined > 0 THEN 'quarantined'
      WHEN seen.objects > 0 AND (seen.account_id IS NULL OR seen.region IS NULL OR seen.day IS NULL) THEN 'no place'
      WHEN seen.objects > 0 AND due.is_open = 1 THEN 'not listed'
      WHEN seen.objects > 0 THEN NULL
      WHEN due.is_expected = 1 AND due.first_file IS NULL THEN 'never delivered'
      -- files on both sides, or no listing that anybody kept: it was looked at
      WHEN looked.day IS NOT NULL OR due.any_listed_to IS NULL OR due.day BETWEEN due.first_file AND due.last_file THEN 'no file'
      ELSE 'not listed'
    END AS gap
  FROM due
  LEFT JOIN looked ON looked.account_id = due.account_id AND looked.region = due.region AND looked.day = due.day
  FULL JOIN seen ON seen.account_id = due.account_id AND seen.region = due.region AND seen.day = due.day
), judged AS (
  SELECT account_id, region, day, digest_verdict AS verdict, digest_reason AS reason
  FROM trail_object
  WHERE status <> 'skipped'
  UNION ALL
  SELECT account_id, region, day, verdict, reason
  FROM digest_check
), digest_day AS (
  SELECT
    account_id,
    region,
    day,
    min(
      CASE
        WHEN verdict = 'invalid' THEN 1
        WHEN verdict = 'missing' THEN 2
        WHEN verdict = 'undigested' AND reason IN ('unlisted', 'cut-end') THEN 3
        WHEN verdict = 'unreadable' THEN 4
        WHEN verdict = 'undigested' THEN 5
        WHEN verdict = 'not-yet-digested' THEN 7
        WHEN verdict = 'valid' THEN 8
        ELSE 6
      END
    ) AS worst
  FROM judged
  GROUP BY 1, 2, 3
)
SELECT
  line.account_id,
  line.region,
  cast(line.day AS varchar) AS day,
  cast(line.objects AS bigint) AS objects,
  cast(line.records AS bigint) AS records,
  cast(line.bedrock_events AS bigint) AS bedrock_events,
  CASE digest_day.worst
    WHEN 1 THEN 'invalid'
    WHEN 2 THEN 'missing'
    WHEN 3 THEN 'unlisted'
    WHEN 4 THEN 'unreadable'
    WHEN 5 THEN 'undigested'
    WHEN 7 THEN 'not yet digested'
    WHEN 8 THEN 'valid'
    ELSE 'not checked'
  END AS digest_status,
  line.gap
FROM line
LEFT JOIN digest_day
  ON digest_day.account_id = line.account_id AND digest_day.region = line.region AND digest_day.day = cast(line.day AS varchar)
ORDER BY line.account_id NULLS LAST, line.region NULLS LAST, line.day NULLS LAST
