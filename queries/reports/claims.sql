-- title: Claims
-- answers: What may be said of the range that was asked for, and what would have to be known first?
-- reads: coverage
-- columns:
--   claim: inside-boundary (no call was processed outside the boundary), complete (every account, Region and day of the range has its logs), unaltered (the digest chains over the range are valid, and every log file is as they say), regions-known (no served call whose Region is unknown)
--   outcome: met: the numbers show it; not met: they show the opposite; not shown: something that would have to be known is not
--   numbers: what decides it
--   missing: what would have to be known; null if nothing is missing
--
-- One call outside is not met, whatever else is missing. inside-boundary is met only where complete and regions-known are. No data is never met.
-- With a list of expected accounts and Regions their days are judged; else those of the ones that were seen or listed, and it says so.
WITH expectation AS (
  SELECT count(*) AS pairs FROM (SELECT account_id, region FROM expected_trail GROUP BY 1, 2) AS expected
), unread AS (
  SELECT count(*) AS lists FROM unread_expectation
), listing AS (
  SELECT count(*) AS ranges FROM listed_range
), account_day AS (
  SELECT
    coverage.account_id,
    coverage.region,
    coverage.day,
    coverage.objects,
    coverage.records,
    coverage.digest_status,
    CASE
      WHEN coverage.gap IN ('no file', 'never delivered', 'not listed') AND expectation.pairs > 0 AND expected.account_id IS NULL THEN NULL
      -- what retention removed counts where the range asks for it
      WHEN coverage.gap = 'pruned' AND asked_range.first_day IS NULL THEN NULL
      ELSE coverage.gap
    END AS gap
  FROM coverage
  CROSS JOIN expectation
  CROSS JOIN asked_range
  LEFT JOIN (SELECT account_id, region FROM expected_trail GROUP BY 1, 2) AS expected
    ON expected.account_id = coverage.account_id AND expected.region = coverage.region
), checked AS (
  SELECT 'log' AS kind, digest_verdict AS verdict, digest_reason AS reason, count(*) AS files
  FROM trail_object
  WHERE status <> 'skipped'
  GROUP BY 2, 3
  UNION ALL
  SELECT kind, verdict, reason, files
  FROM digest_check
), judged AS (
  SELECT
    kind,
    files,
    CASE
      WHEN verdict = 'valid' THEN 'valid'
      WHEN verdict IN ('invalid', 'missing') THEN 'wrong'
      WHEN verdict = 'undigested' AND reason IN ('unlisted', 'cut-end') THEN 'wrong'
      WHEN verdict = 'not-yet-digested' THEN 'open'
      WHEN verdict IS NULL THEN 'unchecked'
      ELSE 'unknown'
    END AS state
  FROM checked
), vouched AS (
  SELECT
    coalesce(sum(CASE WHEN kind = 'log' AND state = 'valid' THEN files END), 0) AS valid_logs,
    coalesce(sum(CASE WHEN kind = 'digest' AND state = 'valid' THEN files END), 0) AS valid_digests,
    coalesce(sum(CASE WHEN kind = 'log' AND state = 'wrong' THEN files END), 0) AS wrong_logs,
    coalesce(sum(CASE WHEN kind = 'digest' AND state = 'wrong' THEN files END), 0) AS wrong_digests,
    coalesce(sum(CASE WHEN state = 'unknown' THEN files END), 0) AS unknown,
    coalesce(sum(CASE WHEN state = 'open' THEN files END), 0) AS open,
    coalesce(sum(CASE WHEN state = 'unchecked' THEN files END), 0) AS unchecked,
    coalesce(sum(CASE WHEN state <> 'unchecked' THEN files END), 0) AS checked
  FROM judged
), unvouched AS (
  SELECT count(*) AS days
  FROM account_day
  WHERE objects = 0 AND digest_status = 'not checked' AND gap IS NOT NULL
), days AS (
  SELECT
    count(*) AS days,
    min(day) AS first_day,
    max(day) AS last_day,
    coalesce(sum(objects), 0) AS objects,
    coalesce(sum(records), 0) AS records,
    count(CASE WHEN gap = 'no file' THEN 1 END) AS without_file,
    count(CASE WHEN gap = 'not listed' THEN 1 END) AS not_listed,
    count(CASE WHEN gap = 'never delivered' THEN 1 END) AS never_delivered,
    count(CASE WHEN gap = 'quarantined' THEN 1 END) AS quarantined,
    count(CASE WHEN gap = 'pruned' THEN 1 END) AS pruned,
    coalesce(sum(CASE WHEN gap = 'no place' THEN objects END), 0) AS without_place
  FROM account_day
), pair AS (
  SELECT account_id, region, gap, count(*) AS days, row_number() OVER (PARTITION BY gap ORDER BY count(*) DESC, account_id, region) AS place
  FROM account_day
  WHERE gap IN ('no file', 'never delivered', 'not listed')
  GROUP BY 1, 2, 3
), named AS (
  SELECT
    gap,
    array_join(array_agg(account_id || ' ' || region ORDER BY place) FILTER (WHERE place <= 3), ', ')
      || CASE WHEN count(*) > 3 THEN ' and ' || cast(count(*) - 3 AS varchar) || ' more' ELSE '' END AS pairs
  FROM pair
  GROUP BY 1
), names AS (
  SELECT
    max(CASE WHEN gap = 'no file' THEN pairs END) AS without_file,
    max(CASE WHEN gap = 'never delivered' THEN pairs END) AS never_delivered,
    max(CASE WHEN gap = 'not listed' THEN pairs END) AS not_listed
  FROM named
), rejection AS (
  SELECT coalesce(sum(rejected), 0) AS rejected
  FROM trail_object
  WHERE status <> 'skipped'
), served AS (
  SELECT
    coalesce(sum(invocations), 0) AS calls,
    coalesce(sum(CASE WHEN outcome = 'served' THEN invocations END), 0) AS served,
    coalesce(sum(CASE WHEN outcome = 'served' AND served_region IS NULL THEN invocations END), 0) AS unknown,
    coalesce(sum(CASE WHEN outcome = 'served' AND served_region IS NOT NULL AND named_boundary.region IS NULL THEN invocations END), 0) AS outside
  FROM invocation_day
  LEFT JOIN named_boundary ON named_boundary.region = invocation_day.served_region
), drawn AS (
  SELECT count(*) AS regions FROM named_boundary
), doubt AS (
  SELECT
    nullif(
      array_join(
        ARRAY[
          CASE WHEN days.objects = 0 THEN 'any log file of the range' WHEN days.records = 0 THEN 'any record in the log files of the range' END,
          CASE WHEN asked_range.as_of < asked_range.to_time THEN 'the rest of the range, which is not over' END,
          CASE WHEN days.without_file > 0 THEN 'account-Region-days without a log file: ' || cast(days.without_file AS varchar) || ' (' || names.without_file || ')' END,
          CASE WHEN days.never_delivered > 0 THEN 'expected, and never delivered: ' || names.never_delivered END,
          CASE WHEN unread.lists > 0 THEN 'the expected accounts, which are unknown: the organization could not be read' END,
          CASE WHEN days.not_listed > 0 THEN 'account-Region-days that were not listed: ' || cast(days.not_listed AS varchar) || ' (' || names.not_listed || ')' END,
          CASE WHEN days.quarantined > 0 THEN 'account-Region-days with a log file that could not be read: ' || cast(days.quarantined AS varchar) END,
          CASE WHEN rejection.rejected > 0 THEN 'Bedrock records that were rejected: ' || cast(rejection.rejected AS varchar) END,
          CASE WHEN days.without_place > 0 THEN 'account, Region and day of log files: ' || cast(days.without_place AS varchar) END,
          CASE WHEN days.pruned > 0 THEN 'account-Region-days that retention removed: ' || cast(days.pruned AS varchar) END,
          CASE WHEN listing.ranges = 0 AND expectation.pairs = 0 THEN 'what was listed, or which accounts and Regions are expected' END
        ],
        '; '
      ),
      ''
    ) AS of_logs,
    nullif(
      array_join(
        ARRAY[
          CASE WHEN asked_range.of_principals AND served.calls = 0 THEN 'any call of these principals' END,
          CASE WHEN served.unknown > 0 THEN 'the served Region of calls: ' || cast(served.unknown AS varchar) END
        ],
        '; '
      ),
      ''
    ) AS of_regions,
    CASE WHEN days.records = 0 THEN 'any record in the log files of the range' END AS of_records
  FROM days
  CROSS JOIN names
  CROSS JOIN rejection
  CROSS JOIN served
  CROSS JOIN listing
  CROSS JOIN expectation
  CROSS JOIN unread
  CROSS JOIN asked_range
), integrity_doubt AS (
  SELECT
    nullif(
      array_join(
        ARRAY[
          CASE WHEN days.objects = 0 THEN 'any log file of the range' END,
          CASE WHEN vouched.checked = 0 THEN 'a check of the digest chains' END,
          CASE WHEN vouched.checked > 0 AND vouched.unchecked > 0 THEN 'a check of log files: ' || cast(vouched.unchecked AS varchar) END,
          CASE WHEN vouched.unknown > 0 THEN 'digests and log files that nothing vouches for or that could not be read: ' || cast(vouched.unknown AS varchar) END,
          CASE WHEN vouched.open > 0 THEN 'log files that are not digested yet: ' || cast(vouched.open AS varchar) END,
          CASE WHEN vouched.checked > 0 AND unvouched.days > 0 THEN 'account-Region-days without a digest: ' || cast(unvouched.days AS varchar) END
        ],
        '; '
      ),
      ''
    ) AS missing
  FROM days
  CROSS JOIN vouched
  CROSS JOIN unvouched
), line AS (
  SELECT
    1 AS place,
    'inside-boundary' AS claim,
    CASE
      WHEN drawn.regions = 0 THEN 'not shown'
      WHEN served.outside > 0 THEN 'not met'
      WHEN doubt.of_logs IS NULL AND doubt.of_regions IS NULL THEN 'met'
      ELSE 'not shown'
    END AS outcome,
    CASE WHEN drawn.regions = 0 THEN '' ELSE 'processed outside: ' || cast(served.outside AS varchar) || ' of ' END
      || cast(served.served AS varchar) || ' served calls; in an unknown Region: ' || cast(served.unknown AS varchar) AS numbers,
    nullif(array_join(ARRAY[CASE WHEN drawn.regions = 0 THEN 'a boundary to compare with' END, doubt.of_logs, doubt.of_regions], '; '), '') AS missing
  FROM served
  CROSS JOIN drawn
  CROSS JOIN doubt
  UNION ALL
  SELECT
    2,
    'complete',
    CASE WHEN doubt.of_logs IS NULL THEN 'met' ELSE 'not shown' END,
    cast(days.days AS varchar) || ' account-Region-days'
      || CASE WHEN days.days > 0 THEN ' (' || coalesce(days.first_day, 'unknown') || ' to ' || coalesce(days.last_day, 'unknown') || ')' ELSE '' END
      || CASE
        WHEN expectation.pairs > 0 THEN ', ' || cast(expectation.pairs AS varchar) || ' accounts and Regions expected'
          || CASE WHEN unread.lists > 0 THEN ', as far as they were known before' ELSE '' END
        WHEN unread.lists > 0 THEN ', of the accounts and Regions that were seen: those expected are unknown'
        ELSE ', of the accounts and Regions that were seen: none are named as expected'
      END
      || '; ' || cast(days.objects AS varchar) || ' log files with ' || cast(days.records AS varchar) || ' records',
    doubt.of_logs
  FROM days
  CROSS JOIN expectation
  CROSS JOIN unread
  CROSS JOIN doubt
  UNION ALL
  SELECT
    3,
    'unaltered',
    CASE
      WHEN vouched.wrong_logs + vouched.wrong_digests > 0 THEN 'not met'
      WHEN integrity_doubt.missing IS NULL THEN 'met'
      ELSE 'not shown'
    END,
    CASE
      WHEN vouched.checked = 0 THEN cast(days.objects AS varchar) || ' log files, none of them checked'
      ELSE 'valid: ' || cast(vouched.valid_logs AS varchar) || ' log files and ' || cast(vouched.valid_digests AS varchar)
        || ' digests; changed, missing or listed by no digest: ' || cast(vouched.wrong_logs AS varchar) || ' log files and '
        || cast(vouched.wrong_digests AS varchar) || ' digests'
    END,
    integrity_doubt.missing
  FROM days
  CROSS JOIN vouched
  CROSS JOIN integrity_doubt
  UNION ALL
  SELECT
    4,
    'regions-known',
    CASE WHEN doubt.of_records IS NULL AND doubt.of_regions IS NULL THEN 'met' ELSE 'not shown' END,
    cast(served.served AS varchar) || ' served calls, ' || cast(served.unknown AS varchar) || ' of them in an unknown Region',
    nullif(array_join(ARRAY[doubt.of_records, doubt.of_regions], '; '), '')
  FROM served
  CROSS JOIN doubt
)
SELECT
  claim,
  outcome,
  numbers,
  missing
FROM line
ORDER BY place
