-- title: First seen
-- answers: Which principal, profile, model or account reached a served Region for the first time, and on which days did spillover leave its usual range?
-- limits: First seen is first in the logs that are loaded: known_since says how far they go back, and missing what would have to be known to be sure. A Region reached before the logs begin looks new.
-- columns:
--   what: principal, profile, model or account: it reached the served Region for the first time; spill-day: the account's spilled calls of the day were outside their usual range
--   value: which one; of a spill-day the day, YYYY-MM-DD, UTC
--   served_region: Region that it reached; null for a spill-day
--   account_id: account of the first call; of a spill-day the account
--   first_seen: first served call there within the range, UTC; of a spill-day its start
--   invocations: served invocations there within the range; of a spill-day its spilled ones
--   known_since: first day before the range that the logs show, YYYY-MM-DD; null: nothing before the range is loaded
--   usual_low: of a spill-day: the lower end of the usual range; else null
--   usual_high: of a spill-day: the upper end of the usual range; else null
--   missing: what would have to be known to be sure; null: nothing
--
-- Before the range means in all that is loaded of the accounts, source Regions and principals that were asked for. Only served calls with
-- a known served Region reach one. A model or profile is first seen once, whichever account it was. What was pruned is not remembered.
-- Days without a readable log file are counted for each account and source Region from its first readable one to the range.
-- Usual range of an account's day: of its spilled calls on the 28 days before it, from Q1 - 1.5 * W to Q3 + 1.5 * W, where Q1 and Q3 are
-- the quartiles (nearest rank) and W = Q3 - Q1, at least 1. A day with log files and no call counts as 0; days without a log file, or with
-- an unreadable one, are left out; 14 days are needed. Days that are not over, or not wholly in the range, are not judged.
WITH asked AS (
  SELECT from_time, to_time, as_of, try_cast(first_day AS date) AS first_day
  FROM asked_range
), met AS (
  SELECT 0 AS within, day, served_region, spilled, account_id, principal, profile_id, model, invocations, first_seen
  FROM earlier_day
  WHERE outcome = 'served'
  UNION ALL
  SELECT 1 AS within, day, served_region, spilled, account_id, principal, profile_id, model, invocations, first_seen
  FROM invocation_day
  WHERE outcome = 'served'
), route AS (
  SELECT
    within,
    served_region,
    account_id,
    principal,
    profile_id,
    model,
    sum(invocations) AS invocations,
    min(first_seen) AS first_seen
  FROM met
  GROUP BY 1, 2, 3, 4, 5, 6
), kind AS (
  SELECT n, what
  FROM (VALUES (1, 'principal'), (2, 'profile'), (3, 'model'), (4, 'account')) AS t (n, what)
), reached AS (
  SELECT
    kind.n,
    kind.what,
    CASE kind.n
      WHEN 1 THEN route.principal
      WHEN 2 THEN route.profile_id
      WHEN 3 THEN route.model
      ELSE route.account_id
    END AS value,
    route.served_region,
    route.account_id,
    route.within,
    sum(route.invocations) AS invocations,
    min(route.first_seen) AS first_seen
  FROM route
  CROSS JOIN kind
  GROUP BY 1, 2, 3, 4, 5, 6
), ordered AS (
  SELECT
    n,
    what,
    value,
    served_region,
    account_id,
    within,
    first_seen,
    sum(invocations) OVER (PARTITION BY n, value, served_region) AS invocations,
    row_number() OVER (PARTITION BY n, value, served_region ORDER BY within, first_seen, account_id NULLS LAST) AS place
  FROM reached
  WHERE value IS NOT NULL
    AND served_region IS NOT NULL
), sighting AS (
  -- nothing stands before the first one within the range
  SELECT n, what, value, served_region, account_id, first_seen, invocations
  FROM ordered
  WHERE place = 1
    AND within = 1
), unplaced AS (
  SELECT n, value, sum(invocations) AS invocations
  FROM reached
  WHERE served_region IS NULL
    AND within = 0
  GROUP BY 1, 2
), object AS (
  SELECT 0 AS within, account_id, region, day, uri, max(CASE WHEN status = 'loaded' THEN 1 ELSE 0 END) AS is_read
  FROM earlier_object
  WHERE status NOT IN ('skipped', 'pruned')
  GROUP BY 1, 2, 3, 4, 5
  UNION ALL
  SELECT 1 AS within, account_id, region, day, uri, max(CASE WHEN status = 'loaded' THEN 1 ELSE 0 END) AS is_read
  FROM trail_object
  WHERE status NOT IN ('skipped', 'pruned')
  GROUP BY 1, 2, 3, 4, 5
), delivered AS (
  SELECT within, account_id, region, try_cast(day AS date) AS day, min(is_read) AS is_read
  FROM object
  WHERE account_id IS NOT NULL
    AND region IS NOT NULL
    AND day IS NOT NULL
  GROUP BY 1, 2, 3, 4
), pair AS (
  SELECT account_id, region, min(day) AS first_day, count(*) AS days
  FROM delivered
  WHERE within = 0
    AND is_read = 1
  GROUP BY 1, 2
), history AS (
  SELECT
    pair.account_id,
    min(pair.first_day) AS first_day,
    sum(date_diff('day', pair.first_day, asked.first_day) - pair.days) AS holes
  FROM pair
  CROSS JOIN asked
  GROUP BY 1
), beginning AS (
  SELECT min(day) AS day
  FROM (
    SELECT first_day AS day
    FROM history
    UNION ALL
    SELECT cast(day AS date) AS day
    FROM met
    WHERE within = 0
  ) AS known_day
), concerned AS (
  -- whose logs tell: a principal's and an account's own, all of them for what any account may use
  SELECT sighting.n, sighting.value, sighting.served_region, account.account_id
  FROM sighting
  JOIN (SELECT DISTINCT n, value, account_id FROM reached WHERE n IN (1, 4)) AS account
    ON account.n = sighting.n
    AND account.value = sighting.value
  UNION ALL
  SELECT sighting.n, sighting.value, sighting.served_region, history.account_id
  FROM sighting
  CROSS JOIN history
  WHERE sighting.n IN (2, 3)
), looked AS (
  SELECT
    concerned.n,
    concerned.value,
    concerned.served_region,
    count(*) - count(history.account_id) AS without_logs,
    sum(coalesce(history.holes, 0)) AS holes
  FROM concerned
  LEFT JOIN history ON history.account_id = concerned.account_id
  GROUP BY 1, 2, 3
), first_time AS (
  SELECT
    sighting.n,
    sighting.what,
    sighting.value,
    sighting.served_region,
    sighting.account_id,
    sighting.first_seen,
    sighting.invocations,
    CASE
      WHEN beginning.day IS NULL THEN '; what happened before the range'
      ELSE CASE WHEN looked.without_logs > 0 THEN '; log files of its account before the range' ELSE '' END
        || CASE
          WHEN looked.holes > 0
          THEN '; readable log files of ' || cast(looked.holes AS varchar) || ' account-Region-day'
            || CASE WHEN looked.holes = 1 THEN '' ELSE 's' END
            || ' before the range'
          ELSE ''
        END
        || CASE
          WHEN unplaced.invocations > 0
          THEN '; the served Region of ' || cast(unplaced.invocations AS varchar) || ' of its calls before the range'
          ELSE ''
        END
    END AS missing
  FROM sighting
  CROSS JOIN beginning
  LEFT JOIN looked ON looked.n = sighting.n
    AND looked.value = sighting.value
    AND looked.served_region = sighting.served_region
  LEFT JOIN unplaced ON unplaced.n = sighting.n
    AND unplaced.value = sighting.value
), said AS (
  SELECT
    account_id,
    cast(day AS date) AS day,
    CASE WHEN spilled THEN invocations ELSE 0 END AS spilled,
    CASE WHEN served_region IS NULL THEN invocations ELSE 0 END AS unknown,
    1 AS is_read
  FROM met
  UNION ALL
  SELECT account_id, day, 0 AS spilled, 0 AS unknown, is_read
  FROM delivered
), account_day AS (
  SELECT
    account_id,
    day,
    sum(spilled) AS spilled,
    sum(unknown) AS unknown,
    min(is_read) AS is_whole
  FROM said
  WHERE account_id IS NOT NULL
    AND day IS NOT NULL
  GROUP BY 1, 2
), due AS (
  SELECT account_day.account_id, account_day.day, account_day.spilled, account_day.unknown, account_day.is_whole
  FROM account_day
  CROSS JOIN asked
  WHERE (asked.from_time IS NULL OR cast(account_day.day AS timestamp) >= asked.from_time)
    AND (asked.to_time IS NULL OR cast(account_day.day AS timestamp) + interval '1' day <= asked.to_time)
    AND (asked.as_of IS NULL OR cast(account_day.day AS timestamp) + interval '1' day <= asked.as_of)
), sample AS (
  SELECT
    due.account_id,
    due.day,
    past.spilled,
    count(*) OVER (PARTITION BY due.account_id, due.day) AS days,
    row_number() OVER (PARTITION BY due.account_id, due.day ORDER BY past.spilled, past.day) AS place
  FROM due
  JOIN account_day AS past ON past.account_id = due.account_id
    AND past.day < due.day
    AND past.day >= due.day - interval '28' day
  WHERE past.is_whole = 1
), quartile AS (
  SELECT
    account_id,
    day,
    max(days) AS days,
    cast(min(CASE WHEN place * 4 >= days THEN spilled END) AS double) AS q1,
    cast(min(CASE WHEN place * 4 >= days * 3 THEN spilled END) AS double) AS q3
  FROM sample
  GROUP BY 1, 2
), usual AS (
  SELECT
    account_id,
    day,
    days,
    CASE WHEN q3 - q1 < 1 THEN q1 - 1.5e0 ELSE q1 - 1.5e0 * (q3 - q1) END AS low,
    CASE WHEN q3 - q1 < 1 THEN q3 + 1.5e0 ELSE q3 + 1.5e0 * (q3 - q1) END AS high
  FROM quartile
  WHERE days >= 14
), spill_day AS (
  SELECT
    due.account_id,
    due.day,
    due.spilled,
    CASE WHEN usual.low < 0 THEN 0e0 ELSE usual.low END AS low,
    usual.high,
    CASE
      WHEN usual.days < 28
      THEN '; readable log files of ' || cast(28 - usual.days AS varchar) || ' of the 28 days before it'
      ELSE ''
    END
      || CASE WHEN due.is_whole = 0 THEN '; a log file of the day that cannot be read' ELSE '' END
      || CASE WHEN due.unknown > 0 THEN '; the served Region of ' || cast(due.unknown AS varchar) || ' of its calls' ELSE '' END AS missing
  FROM due
  JOIN usual ON usual.account_id = due.account_id
    AND usual.day = due.day
  WHERE due.spilled > usual.high
    -- what could not be read may have spilled too
    OR due.spilled < usual.low AND due.is_whole = 1
), line AS (
  SELECT
    n,
    what,
    value,
    served_region,
    account_id,
    first_seen,
    invocations,
    cast(NULL AS double) AS usual_low,
    cast(NULL AS double) AS usual_high,
    missing
  FROM first_time
  UNION ALL
  SELECT
    5 AS n,
    'spill-day' AS what,
    cast(day AS varchar) AS value,
    cast(NULL AS varchar) AS served_region,
    account_id,
    cast(day AS timestamp) AS first_seen,
    spilled AS invocations,
    low AS usual_low,
    high AS usual_high,
    missing
  FROM spill_day
)
SELECT
  line.what,
  line.value,
  line.served_region,
  line.account_id,
  line.first_seen,
  cast(line.invocations AS bigint) AS invocations,
  cast(beginning.day AS varchar) AS known_since,
  line.usual_low,
  line.usual_high,
  nullif(substr(line.missing, 3), '') AS missing
FROM line
CROSS JOIN beginning
ORDER BY line.n, line.first_seen, line.value, line.served_region NULLS LAST, line.account_id NULLS LAST
