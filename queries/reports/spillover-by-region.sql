-- title: Spillover by Region
-- answers: Where did the inference of each source Region run?
-- columns:
--   source_region: Region that was called
--   served_region: Region that ran the inference; null: not known
--   invocations: served invocations
--   via_profile: of those, through an inference profile
--   spilled: of those, served outside the source Region
--   share: via_profile over the source Region's invocations through a profile with a known served Region, as a fraction; null where not known
--   principals: distinct principals
--   accounts: distinct accounts of callers
--   first_seen: first invocation, UTC
--   last_seen: last invocation, UTC
--
-- Two steps keep the distinct counts exact and cheap: the first only adds up the groups of the days.
WITH part AS (
  SELECT
    source_region,
    served_region,
    principal,
    account_id,
    spilled,
    sum(invocations) AS invocations,
    sum(via_profile) AS via_profile,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen
  FROM invocation_day
  WHERE outcome = 'served'
  GROUP BY 1, 2, 3, 4, 5
), flow AS (
  SELECT
    source_region,
    served_region,
    sum(invocations) AS invocations,
    sum(via_profile) AS via_profile,
    sum(CASE WHEN spilled THEN invocations ELSE 0 END) AS spilled,
    count(DISTINCT principal) AS principals,
    count(DISTINCT account_id) AS accounts,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen
  FROM part
  GROUP BY 1, 2
)
SELECT
  source_region,
  served_region,
  cast(invocations AS bigint) AS invocations,
  cast(via_profile AS bigint) AS via_profile,
  cast(spilled AS bigint) AS spilled,
  CASE WHEN served_region IS NULL THEN NULL
    ELSE cast(via_profile AS double)
      / nullif(sum(CASE WHEN served_region IS NULL THEN 0 ELSE via_profile END) OVER (PARTITION BY source_region), 0)
  END AS share,
  principals,
  accounts,
  first_seen,
  last_seen
FROM flow
ORDER BY source_region NULLS LAST, invocations DESC, served_region NULLS LAST
