-- title: Traffic peaks
-- answers: How high do calls and tokens go within a minute, does spillover absorb the peaks, and who is throttled?
-- limits: It cannot show how much room there was: quotas are not in CloudTrail, so a peak without throttling may have been far from the quota or just below it. Nor can it show calls that a client never made, or why a call was throttled.
-- columns:
--   source_region: Region that was called
--   profile_id: inference profile; null for direct calls
--   model: foundation model; null where the identifier hides it
--   via_profile: the calls of the row went through a profile (true) or directly to a model (false)
--   calls_p50: median of the calls per minute
--   calls_p95: 95th percentile of the calls per minute
--   calls_peak: most calls within a minute
--   peak_at: start of that minute, UTC; the first of several
--   tokens_p50: median of input and output tokens per minute; null if no call tells
--   tokens_p95: 95th percentile of them
--   tokens_peak: most tokens within a minute
--   spill_rate_busy: in the busy minutes, spilled / served through a profile with a known Region; null where there are none
--   spill_rate_rest: the same in all other minutes
--   throttled: calls that were throttled
--   throttled_share: throttled / calls, as a fraction
--   minutes: minutes with a call: what the percentiles are of
--   busy_minutes: of those, the busy ones
--   calls: calls of every outcome
--   unknown: of those, served through a profile in an unknown Region: in neither spill rate
--   without_count: served calls that tell no token count: in no sum of tokens
--   first_via_profile: first served call through a profile from this Region to this model, before the range too; null if there is none, or the model is hidden
--   throttled_before: of the throttled calls, those before first_via_profile; all of them if there is none
--   throttled_share_before: throttled_before / calls before first_via_profile; null where there are none
--   throttled_since: of the throttled calls, those since first_via_profile
--   throttled_share_since: throttled_since / calls since first_via_profile; null where there are none
--
-- A call is an invocation of any outcome, and counts in the minute (UTC) of its event_time; minutes without a call count nowhere.
-- Percentiles are by nearest rank: p50 is the smallest number of calls that at least half of the minutes do not exceed, p95 that 95 % do not.
-- Tokens are input and output added up, cached ones apart; of them, the minutes count in which a call tells some.
-- Busy are the 5 % of the row's minutes with most calls (rounded up), and all that have as many calls as the last of these; a minute
-- with the fewest calls of all is never busy: where all minutes are alike, none is.
-- A call whose identifier hides its profile (a prompt, a router) counts as direct unless it spilled.
WITH early AS (
  SELECT source_region, model, first_seen
  FROM earlier_day
  WHERE via_profile > 0
  UNION ALL
  SELECT source_region, model, first_seen
  FROM invocation_day
  WHERE via_profile > 0
), first_profile AS (
  SELECT source_region, model, min(first_seen) AS first_seen
  FROM early
  WHERE model IS NOT NULL
  GROUP BY 1, 2
), attempt AS (
  SELECT
    invocation.source_region,
    invocation.profile_id,
    invocation.model,
    coalesce(invocation.model_kind IN ('inference-profile', 'application-profile'), false) OR coalesce(invocation.spilled, false) AS via_profile,
    date_trunc('minute', invocation.event_time) AS minute,
    invocation.outcome,
    invocation.served_region,
    invocation.spilled,
    CASE
      WHEN invocation.input_tokens IS NOT NULL OR invocation.output_tokens IS NOT NULL
      THEN coalesce(invocation.input_tokens, 0) + coalesce(invocation.output_tokens, 0)
    END AS tokens,
    CASE
      WHEN invocation.input_tokens IS NULL
        AND invocation.output_tokens IS NULL
        AND invocation.cache_read_tokens IS NULL
        AND invocation.cache_write_tokens IS NULL
      THEN 1
      ELSE 0
    END AS uncounted,
    first_profile.first_seen AS first_via_profile,
    CASE WHEN first_profile.first_seen IS NULL OR invocation.event_time < first_profile.first_seen THEN 1 ELSE 0 END AS calls_before
  FROM invocation
  LEFT JOIN first_profile ON first_profile.source_region = invocation.source_region
    AND first_profile.model = invocation.model
), minute_total AS (
  SELECT
    source_region,
    profile_id,
    model,
    via_profile,
    minute,
    count(*) AS calls,
    sum(tokens) AS tokens,
    count(CASE WHEN outcome = 'served' AND via_profile AND served_region IS NOT NULL THEN 1 END) AS known,
    count(CASE WHEN spilled THEN 1 END) AS spilled,
    count(CASE WHEN outcome = 'served' AND via_profile AND served_region IS NULL THEN 1 END) AS unknown,
    count(CASE WHEN outcome = 'throttled' THEN 1 END) AS throttled,
    count(CASE WHEN outcome = 'served' AND uncounted = 1 THEN 1 END) AS without_count,
    min(first_via_profile) AS first_via_profile,
    sum(calls_before) AS calls_before,
    count(CASE WHEN outcome = 'throttled' AND calls_before = 1 THEN 1 END) AS throttled_before
  FROM attempt
  GROUP BY 1, 2, 3, 4, 5
), ranked AS (
  SELECT
    minute_total.*,
    count(*) OVER (PARTITION BY source_region, profile_id, model, via_profile) AS minutes,
    count(tokens) OVER (PARTITION BY source_region, profile_id, model, via_profile) AS token_minutes,
    min(calls) OVER (PARTITION BY source_region, profile_id, model, via_profile) AS fewest,
    row_number() OVER (PARTITION BY source_region, profile_id, model, via_profile ORDER BY calls, minute DESC) AS calls_place,
    row_number() OVER (PARTITION BY source_region, profile_id, model, via_profile ORDER BY tokens NULLS LAST, minute) AS tokens_place
  FROM minute_total
), judged AS (
  SELECT
    ranked.*,
    min(CASE WHEN (minutes - calls_place) * 20 < minutes THEN calls END) OVER (PARTITION BY source_region, profile_id, model, via_profile) AS busy_from
  FROM ranked
), marked AS (
  SELECT
    judged.*,
    CASE WHEN calls >= busy_from AND calls > fewest THEN 1 ELSE 0 END AS busy
  FROM judged
), total AS (
  SELECT
    source_region,
    profile_id,
    model,
    via_profile,
    min(CASE WHEN calls_place * 2 >= minutes THEN calls END) AS calls_p50,
    min(CASE WHEN calls_place * 20 >= minutes * 19 THEN calls END) AS calls_p95,
    max(calls) AS calls_peak,
    max(CASE WHEN calls_place = minutes THEN minute END) AS peak_at,
    min(CASE WHEN tokens_place * 2 >= token_minutes THEN tokens END) AS tokens_p50,
    min(CASE WHEN tokens_place * 20 >= token_minutes * 19 THEN tokens END) AS tokens_p95,
    max(tokens) AS tokens_peak,
    sum(busy * spilled) AS spilled_busy,
    sum(busy * known) AS known_busy,
    sum((1 - busy) * spilled) AS spilled_rest,
    sum((1 - busy) * known) AS known_rest,
    sum(throttled) AS throttled,
    max(minutes) AS minutes,
    sum(busy) AS busy_minutes,
    sum(calls) AS calls,
    sum(unknown) AS unknown,
    sum(without_count) AS without_count,
    min(first_via_profile) AS first_via_profile,
    sum(calls_before) AS calls_before,
    sum(throttled_before) AS throttled_before
  FROM marked
  GROUP BY 1, 2, 3, 4
)
SELECT
  source_region,
  profile_id,
  model,
  via_profile,
  cast(calls_p50 AS bigint) AS calls_p50,
  cast(calls_p95 AS bigint) AS calls_p95,
  cast(calls_peak AS bigint) AS calls_peak,
  peak_at,
  cast(tokens_p50 AS bigint) AS tokens_p50,
  cast(tokens_p95 AS bigint) AS tokens_p95,
  cast(tokens_peak AS bigint) AS tokens_peak,
  cast(spilled_busy AS double) / nullif(cast(known_busy AS double), 0) AS spill_rate_busy,
  cast(spilled_rest AS double) / nullif(cast(known_rest AS double), 0) AS spill_rate_rest,
  cast(throttled AS bigint) AS throttled,
  cast(throttled AS double) / cast(calls AS double) AS throttled_share,
  cast(minutes AS bigint) AS minutes,
  cast(busy_minutes AS bigint) AS busy_minutes,
  cast(calls AS bigint) AS calls,
  cast(unknown AS bigint) AS unknown,
  cast(without_count AS bigint) AS without_count,
  first_via_profile,
  cast(throttled_before AS bigint) AS throttled_before,
  cast(throttled_before AS double) / nullif(cast(calls_before AS double), 0) AS throttled_share_before,
  cast(throttled - throttled_before AS bigint) AS throttled_since,
  cast(throttled - throttled_before AS double) / nullif(cast(calls - calls_before AS double), 0) AS throttled_share_since
FROM total
ORDER BY calls DESC, source_region NULLS LAST, model NULLS LAST, profile_id NULLS LAST, via_profile
