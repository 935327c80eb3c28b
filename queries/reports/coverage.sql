-- title: Coverage
-- answers: For which account, Region and day are there log files, and where is a gap?
-- columns:
--   account_id: account folder of the trail
--   region: Region folder of the trail
--   day: delivery day, YYYY-MM-DD
--   objects: log files seen, loaded or quarantined; skipped ones are no log files
--   records: records in them
--   bedrock_events: Bedrock records kept
--   digest_status: result of the digest validation; not checked until it has run
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
)
SELECT
  account_id,
  region,
  cast(day AS varchar) AS day,
  cast(objects AS bigint) AS objects,
  cast(records AS bigint) AS records,
  cast(bedrock_events AS bigint) AS bedrock_events,
  'not checked' AS digest_status,
  gap
FROM line
ORDER BY account_id NULLS LAST, region NULLS LAST, day NULLS LAST
