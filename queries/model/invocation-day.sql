-- Invocations by UTC day and by everything that a report groups, judges or filters by. Runs unchanged on DuckDB and on Trino.
-- Its rows add up exactly: counts, sums of tokens, first and last times. A pending call keeps its own time, since "older than
-- three days" is decided to the moment.
select
  cast(date_trunc('day', event_time) as timestamp) as day,
  source_region,
  served_region,
  region_evidence,
  spilled,
  outcome,
  operation,
  streaming,
  account_id,
  principal,
  principal_type,
  principal_name,
  model_kind,
  profile_id,
  profile_scope,
  model,
  provider,
  denied_region,
  denied_by,
  denied_explicit,
  denied_policy_arn,
  case when region_evidence = 'pending' then event_time end as pending_since,
  invocation_key like '%:%' as no_usable_key,
  events > 8 as crowded_key,
  region_conflict,
  copies_disagree,
  completion_only,
  count(*) as invocations,
  -- R3: a call that spilled went through a profile, whether its model identifier shows one or not
  count(case when outcome = 'served' and (model_kind in ('inference-profile', 'application-profile') or spilled) then 1 end) as via_profile,
  min(event_time) as first_seen,
  max(event_time) as last_seen,
  cast(sum(input_tokens) as bigint) as input_tokens,
  cast(sum(output_tokens) as bigint) as output_tokens,
  cast(sum(cache_read_tokens) as bigint) as cache_read_tokens,
  cast(sum(cache_write_tokens) as bigint) as cache_write_tokens,
  count(case when input_tokens is null and output_tokens is null and cache_read_tokens is null and cache_write_tokens is null then 1 end) as without_tokens,
  min(case when outcome = 'denied' then error_message end) as example_message
from invocation
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
