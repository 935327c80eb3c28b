-- title: Coverage
-- answers: For which account, Region and day are there log files, and where is a gap?
-- columns:
--   account_id: account folder of the trail
--   region: Region folder of the trail
--   day: delivery day, YYYY-MM-DD
--   objects: log files seen, loaded or quarantined; skipped ones are no log files
--   records: records in them
--   bedrock_events: Bedrock records kept
--   digest_status: the worst that CloudTrail's digests say of the day: invalid, missing, unlisted (nothing vouches for a log file), unreadable, undigested, not checked, not yet digested, valid
--   gap: no file; pruned (its events were removed by retention); quarantined; no place (the path names no account, Region and day); null: none
--
-- Days are counted from the first to the last day seen of an account and Region. Before the first and after the last nothing can be said.
-- The calendar is made by counting, without recursion and without functions that only one engine has: 10,000 days from the ledger's first day.
WITH object AS (
  -- an object that was replaced has a row for each ETag: it is one file, and loaded if any version was
  SELECT
    account_id,
    region,
    try_cast(day AS date) AS day,
    uri,
    max(CASE WHEN status = 'loaded' THEN 1 ELSE 0 END) AS loaded,
    max(CASE WHEN reason LIKE 'pruned%' THEN 1 ELSE 0 END) AS pruned,
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
), span AS (
  SELECT account_id, region, min(day) AS first_day, max(day) AS last_day
  FROM seen
  WHERE account_id IS NOT NULL AND region IS NOT NULL AND day IS NOT NULL
  GROUP BY 1, 2
), ledger AS (
  SELECT min(first_day) AS first_day, max(last_day) AS last_day
  FROM span
), digit AS (
  SELECT n FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS t (n)
), calendar AS (
  SELECT cast(ledger.first_day + interval '1' day * (a.n + 10 * b.n + 100 * c.n + 1000 * d.n) AS date) AS day, ledger.last_day
  FROM ledger
  CROSS JOIN digit AS a
  CROSS JOIN digit AS b
  CROSS JOIN digit AS c
  CROSS JOIN digit AS d
), expected AS (
  SELECT span.account_id, span.region, calendar.day
  FROM span
  JOIN calendar ON calendar.day BETWEEN span.first_day AND span.last_day
  WHERE calendar.day <= calendar.last_day
), line AS (
  SELECT
    expected.account_id,
    expected.region,
    expected.day,
    coalesce(seen.objects, 0) AS objects,
    coalesce(seen.records, 0) AS records,
    coalesce(seen.bedrock_events, 0) AS bedrock_events,
    CASE
      WHEN seen.objects IS NULL THEN 'no file'
      WHEN seen.pruned > 0 THEN 'pruned'
      WHEN seen.quarantined > 0 THEN 'quarantined'
    END AS gap
  FROM expected
  LEFT JOIN seen ON seen.account_id = expected.account_id AND seen.region = expected.region AND seen.day = expected.day
  UNION ALL
  SELECT
    account_id,
    region,
    day,
    objects,
    coalesce(records, 0),
    coalesce(bedrock_events, 0),
    CASE WHEN pruned > 0 THEN 'pruned' WHEN quarantined > 0 THEN 'quarantined' ELSE 'no place' END
  FROM seen
  WHERE account_id IS NULL OR region IS NULL OR day IS NULL
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
