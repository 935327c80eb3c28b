-- title: Spillover by profile and model
-- answers: Which inference profiles and models were served in other Regions?
-- columns:
--   profile_id: inference profile; null for direct calls
--   profile_scope: us, eu, apac, ..., global, application or unknown; null without a profile
--   model: foundation model; null where the identifier hides it
--   provider: vendor of the model
--   invocations: every outcome
--   via_profile: served through an inference profile (known + unknown)
--   known: of those, with a known served Region
--   spilled: of those, served outside the source Region
--   spill_rate: spilled / known, as a fraction; null where known is 0
--   unknown: through a profile, served Region pending or unresolvable: not in the rate
--   denied: denied by a policy
--   throttled: throttled
--   failed: any other error
--   served_regions: distinct served Regions, sorted, joined with a comma
--   input_tokens: sum over all invocations of the row; null if none tells
--   output_tokens: sum over all invocations of the row; null if none tells
--
-- Cheap over any number of invocations: invocation_day has one row for each group of a day, and the report adds up these.
WITH part AS (
  SELECT
    profile_id,
    profile_scope,
    model,
    provider,
    served_region,
    outcome,
    spilled,
    sum(invocations) AS invocations,
    sum(via_profile) AS via_profile,
    sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens
  FROM invocation_day
  GROUP BY 1, 2, 3, 4, 5, 6, 7
), destination AS (
  SELECT
    profile_id,
    profile_scope,
    model,
    provider,
    served_region,
    sum(invocations) AS invocations,
    sum(via_profile) AS via_profile,
    sum(CASE WHEN spilled THEN invocations ELSE 0 END) AS spilled,
    sum(CASE WHEN outcome = 'denied' THEN invocations ELSE 0 END) AS denied,
    sum(CASE WHEN outcome = 'throttled' THEN invocations ELSE 0 END) AS throttled,
    sum(CASE WHEN outcome = 'failed' THEN invocations ELSE 0 END) AS failed,
    sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens
  FROM part
  GROUP BY 1, 2, 3, 4, 5
), total AS (
  SELECT
    profile_id,
    profile_scope,
    model,
    provider,
    sum(invocations) AS invocations,
    sum(via_profile) AS via_profile,
    sum(CASE WHEN served_region IS NULL THEN 0 ELSE via_profile END) AS known,
    sum(spilled) AS spilled,
    sum(denied) AS denied,
    sum(throttled) AS throttled,
    sum(failed) AS failed,
    array_agg(served_region ORDER BY served_region) FILTER (WHERE served_region IS NOT NULL) AS served_regions,
    sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens
  FROM destination
  GROUP BY 1, 2, 3, 4
)
SELECT
  profile_id,
  profile_scope,
  model,
  provider,
  cast(invocations AS bigint) AS invocations,
  cast(via_profile AS bigint) AS via_profile,
  cast(known AS bigint) AS known,
  cast(spilled AS bigint) AS spilled,
  cast(spilled AS double) / nullif(known, 0) AS spill_rate,
  cast(via_profile - known AS bigint) AS unknown,
  cast(denied AS bigint) AS denied,
  cast(throttled AS bigint) AS throttled,
  cast(failed AS bigint) AS failed,
  array_join(served_regions, ', ') AS served_regions,
  cast(input_tokens AS bigint) AS input_tokens,
  cast(output_tokens AS bigint) AS output_tokens
FROM total
ORDER BY spilled DESC, invocations DESC, profile_id NULLS LAST, profile_scope NULLS LAST, model NULLS LAST, provider NULLS LAST
