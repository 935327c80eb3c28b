-- title: Drift
-- answers: Where may each profile run, where did it, and who was stopped: declared, allowed, observed
-- columns:
--   profile_id: inference profile
--   source_region: Region that was called
--   destination_region: Region where it may run or ran; * is any Region, of a global profile; null where nobody knows
--   declared: a destination of the profile by what is known of it; null where nothing is known of the profile in this Region
--   allowed: by the policies of the bundle's principals: all, some, none, cannot-tell; not-evaluated without a bundle
--   served: invocations that ran there
--   denied: invocations that were denied there
--   first_seen: first of them, UTC
--   last_seen: last of them, UTC
--   mark: what does not fit; null if all does
--
-- Only profiles that were called, or that the bundle's principals may call. policy_reach comes from --bundle, named_boundary from
-- --boundary; without them they are empty, and nothing is evaluated or outside.
WITH observed AS (
  SELECT
    profile_id,
    source_region,
    CASE
      WHEN outcome = 'served' THEN served_region
      WHEN denied_region = 'unspecified' THEN '*'
      ELSE denied_region
    END AS destination_region,
    cast(sum(CASE WHEN outcome = 'served' THEN invocations ELSE 0 END) AS bigint) AS served,
    cast(sum(CASE WHEN outcome = 'denied' THEN invocations ELSE 0 END) AS bigint) AS denied,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    min(CASE WHEN outcome = 'denied' THEN coalesce(denied_policy_arn, denied_by) END) AS denying,
    count(DISTINCT CASE WHEN outcome = 'denied' THEN coalesce(denied_policy_arn, denied_by) END) AS denying_count,
    min(CASE WHEN outcome = 'denied' THEN principal END) AS stopped,
    count(DISTINCT CASE WHEN outcome = 'denied' THEN principal END) AS stopped_count
  FROM invocation_day
  WHERE profile_id IS NOT NULL
    AND outcome IN ('served', 'denied')
  GROUP BY 1, 2, 3
), observed_pair AS (
  SELECT
    profile_id,
    source_region,
    sum(served) AS served
  FROM observed
  GROUP BY 1, 2
), listed_pair AS (
  SELECT profile_id, source_region FROM observed_pair
  UNION
  SELECT profile_id, source_region FROM policy_reach WHERE profile_id <> ''
), declared AS (
  SELECT DISTINCT
    known.profile_id,
    known.source_region,
    known.destination_region
  FROM inference_profile AS known
  JOIN listed_pair AS listed ON listed.profile_id = known.profile_id AND listed.source_region = known.source_region
), declared_pair AS (
  SELECT
    profile_id,
    source_region,
    max(CASE WHEN destination_region = '*' THEN 1 ELSE 0 END) AS anywhere
  FROM declared
  GROUP BY 1, 2
), route AS (
  SELECT profile_id, source_region, destination_region FROM declared
  UNION
  SELECT profile_id, source_region, destination_region FROM observed
), bundle AS (
  SELECT count(*) AS given FROM policy_reach
), approval AS (
  SELECT count(*) AS given FROM named_boundary
), compared AS (
  SELECT
    route.profile_id,
    route.source_region,
    route.destination_region,
    CASE
      WHEN declared_pair.profile_id IS NULL OR route.destination_region IS NULL THEN NULL
      ELSE declared.profile_id IS NOT NULL OR declared_pair.anywhere = 1
    END AS declared,
    CASE
      WHEN bundle.given = 0 THEN 'not-evaluated'
      WHEN there.allowed IS NOT NULL THEN there.allowed
      WHEN anywhere.allowed IS NOT NULL THEN anywhere.allowed
      WHEN declared.profile_id IS NOT NULL THEN 'none'
      ELSE 'not-evaluated'
    END AS allowed,
    coalesce(observed.served, 0) AS served,
    coalesce(observed.denied, 0) AS denied,
    observed.first_seen,
    observed.last_seen,
    CASE WHEN route.destination_region = '*' THEN coalesce(observed_pair.served, 0) ELSE coalesce(observed.served, 0) END AS used,
    CASE
      WHEN observed.denying_count > 1 THEN observed.denying || ' and others'
      ELSE coalesce(observed.denying, 'a policy that the message does not name')
    END AS denying,
    CASE
      WHEN observed.stopped_count > 1 THEN observed.stopped || ' and ' || cast(observed.stopped_count - 1 AS varchar) || ' more'
      ELSE coalesce(observed.stopped, 'an unknown principal')
    END AS stopped,
    approval.given > 0 AND approved.region IS NULL AND route.destination_region <> '*' AS outside
  FROM route
  CROSS JOIN bundle
  CROSS JOIN approval
  LEFT JOIN declared ON declared.profile_id = route.profile_id
    AND declared.source_region = route.source_region
    AND declared.destination_region = route.destination_region
  LEFT JOIN declared_pair ON declared_pair.profile_id = route.profile_id
    AND declared_pair.source_region = route.source_region
  LEFT JOIN observed ON observed.profile_id = route.profile_id
    AND observed.source_region = route.source_region
    AND coalesce(observed.destination_region, '') = coalesce(route.destination_region, '')
  LEFT JOIN observed_pair ON observed_pair.profile_id = route.profile_id
    AND observed_pair.source_region = route.source_region
  LEFT JOIN policy_reach AS there ON there.profile_id = route.profile_id
    AND there.source_region = route.source_region
    AND there.destination_region = route.destination_region
  LEFT JOIN policy_reach AS anywhere ON anywhere.profile_id = route.profile_id
    AND anywhere.source_region = route.source_region
    AND anywhere.destination_region = '*'
  LEFT JOIN named_boundary AS approved ON approved.region = route.destination_region
)
SELECT
  profile_id,
  source_region,
  destination_region,
  declared,
  allowed,
  served,
  denied,
  first_seen,
  last_seen,
  nullif(
    substr(
      CASE WHEN served > 0 AND outside THEN '; used and outside the boundary' ELSE '' END
      || CASE WHEN served > 0 AND destination_region IS NULL THEN '; ran in an unknown Region' ELSE '' END
      || CASE WHEN served > 0 AND NOT declared THEN '; observed and not declared' ELSE '' END
      || CASE WHEN denied > 0 THEN '; denied by ' || denying || ', ' || cast(denied AS varchar) || ' times, ' || stopped ELSE '' END
      || CASE WHEN declared AND allowed = 'none' THEN '; declared and blocked' ELSE '' END
      || CASE WHEN allowed IN ('all', 'some') AND used = 0 THEN '; allowed and never used' ELSE '' END,
      3
    ),
    ''
  ) AS mark
FROM compared
ORDER BY profile_id, source_region, destination_region NULLS LAST
