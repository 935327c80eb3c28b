with
-- One row for each API request to a model (R1, R2, R3). The statement runs unchanged on DuckDB and on Trino.
-- It reads event (one row for each eventID), first_completion(account_id, source_region, first_time), inference_profile and
-- invocation_log (one row for each request of an account and Region).
-- Most requests have one record, and most of the others a call and its completion: those are joined, only the rest is merged.
repeated as (
  select
    invocation_key,
    count(*) as events,
    bool_or(coalesce(principal_type, '') <> 'AWSAccount') as has_caller
  from event
  where invocation_key is not null
  group by invocation_key
  having count(*) > 1
),
-- An endpoint owner's copy (AWSAccount) adds nothing but its count where the caller's own record is there.
-- Ranking carries only what it needs: wide rows are joined to the ranks afterwards.
kept as (
  select
    e.invocation_key,
    e.event_id,
    e.original_event_id,
    e.record_kind,
    case when e.event_category = 'Data' then 1 else 0 end as is_data,
    case when e.account_id = e.recipient_account_id then 0 else 1 end as is_foreign,
    e.inference_region is not null as has_region,
    r.events as key_events
  from event e
  join repeated r on r.invocation_key = e.invocation_key
  where coalesce(e.principal_type, '') <> 'AWSAccount' or not r.has_caller
),
addendum as (
  select invocation_key, event_id, original_event_id, has_region
  from kept
  where original_event_id <> event_id
),
original as (
  select a.invocation_key, a.event_id as addendum_id, o.event_id, o.record_kind, o.is_data, o.is_foreign
  from kept o
  join addendum a on a.invocation_key = o.invocation_key and a.original_event_id = o.event_id
),
correction as (
  select invocation_key, original_event_id as event_id, bool_or(has_region) as has_region
  from addendum
  group by invocation_key, original_event_id
),
-- API call, completion, network; management, data; the caller's own account; the smallest eventID.
-- An addendum takes the place of the record it corrects, just above it.
ranked as (
  select
    k.invocation_key,
    k.event_id,
    k.key_events,
    c.event_id is not null as corrected,
    coalesce(c.has_region, false) as region_corrected,
    count(*) over (partition by k.invocation_key) as records,
    row_number() over (
      partition by k.invocation_key
      order by
        case coalesce(o.record_kind, k.record_kind) when 'api-call' then 0 when 'completion' then 1 else 2 end,
        coalesce(o.is_data, k.is_data),
        coalesce(o.is_foreign, k.is_foreign),
        coalesce(o.event_id, k.event_id),
        case when o.event_id is null then 1 else 0 end,
        k.event_id
    ) as record_rank
  from kept k
  left join original o on o.invocation_key = k.invocation_key and o.addendum_id = k.event_id
  left join correction c on c.invocation_key = k.invocation_key and c.event_id = k.event_id
),
-- A call and its completion, or two copies: a join of two rows is much cheaper than aggregates.
pair as (
  select
    invocation_key,
    max(key_events) as key_events,
    max(case when record_rank = 1 then event_id end) as first_id,
    max(case when record_rank = records and records = 2 then event_id end) as second_id,
    bool_or(record_rank = 1 and corrected) as first_corrected,
    bool_or(record_rank = 2 and corrected) as second_corrected,
    bool_or(region_corrected) as region_corrected
  from ranked
  where records <= 2
  group by invocation_key
),
-- The record that leads its request: the only one, or the first of a pair.
first_record as (
  select
    e.*,
    p.second_id,
    coalesce(p.key_events, 1) as key_events,
    coalesce(p.region_corrected, false) as region_corrected,
    e.record_kind = 'api-call' and not coalesce(p.first_corrected, false) as is_copy,
    p.first_id is null or e.outcome <> 'served' or e.record_kind = 'completion' as gives_error
  from event e
  left join repeated r on r.invocation_key = e.invocation_key
  left join pair p on p.first_id = e.event_id
  where
    e.invocation_key is not null
    and (r.invocation_key is null or p.first_id is not null)
),
second_record as (
  select
    e.*,
    e.record_kind = 'api-call' and not p.second_corrected as is_copy
  from event e
  join pair p on p.second_id = e.event_id
),
paired as (
  select
    a.invocation_key,
    a.event_time,
    a.source_region,
    coalesce(a.operation, b.operation) as operation,
    coalesce(a.streaming, b.streaming) as streaming,
    a.outcome,
    coalesce(case when a.record_kind = 'api-call' then a.inference_region end, case when b.record_kind = 'api-call' then b.inference_region end) as call_region,
    coalesce(case when a.record_kind = 'completion' then a.inference_region end, case when b.record_kind = 'completion' then b.inference_region end) as completion_region,
    a.record_kind = 'completion' or coalesce(b.record_kind = 'completion', false) as has_completion,
    a.record_kind = 'api-call' or coalesce(b.record_kind = 'api-call', false) as has_call,
    a.is_copy and coalesce(a.additional_omitted, false)
    or coalesce(b.is_copy and b.additional_omitted, false) as omitted,
    coalesce(a.account_id, b.account_id) as account_id,
    coalesce(a.recipient_account_id, b.recipient_account_id) as recipient_account_id,
    coalesce(a.principal, b.principal) as principal,
    case when a.principal <> b.principal then a.principal_type else coalesce(a.principal_type, b.principal_type) end as principal_type,
    case when a.principal <> b.principal then a.principal_name else coalesce(a.principal_name, b.principal_name) end as principal_name,
    case when a.principal <> b.principal then a.session_name else coalesce(a.session_name, b.session_name) end as session_name,
    case when a.principal <> b.principal then a.source_identity else coalesce(a.source_identity, b.source_identity) end as source_identity,
    case when a.principal <> b.principal then a.invoked_by else coalesce(a.invoked_by, b.invoked_by) end as invoked_by,
    case when a.principal <> b.principal then a.on_behalf_of else coalesce(a.on_behalf_of, b.on_behalf_of) end as on_behalf_of,
    coalesce(a.source_ip, b.source_ip) as source_ip,
    coalesce(a.user_agent, b.user_agent) as user_agent,
    coalesce(a.vpc_endpoint_id, b.vpc_endpoint_id) as vpc_endpoint_id,
    coalesce(a.host, b.host) as host,
    coalesce(a.via_console, b.via_console) as via_console,
    coalesce(a.bearer_token, b.bearer_token) as bearer_token,
    coalesce(a.model_id, b.model_id) as model_id,
    case when a.model_id is null and b.model_id is not null then b.model_kind else a.model_kind end as model_kind,
    case when a.model_id is null and b.model_id is not null then b.profile_id else a.profile_id end as profile_id,
    case when a.model_id is null and b.model_id is not null then b.profile_scope else a.profile_scope end as profile_scope,
    case when a.model is not null or a.model_id <> b.model_id then a.model else b.model end as model,
    case when a.model is not null then a.provider when a.model_id <> b.model_id or b.model is null then null else b.provider end as provider,
    coalesce(a.input_tokens, b.input_tokens) as input_tokens,
    coalesce(a.output_tokens, b.output_tokens) as output_tokens,
    coalesce(a.cache_read_tokens, b.cache_read_tokens) as cache_read_tokens,
    coalesce(a.cache_write_tokens, b.cache_write_tokens) as cache_write_tokens,
    coalesce(case when a.gives_error then a.error_code end, case when (case when a.outcome = 'served' then b.record_kind = 'completion' else b.outcome = a.outcome end) then b.error_code end) as error_code,
    coalesce(case when a.gives_error then a.error_message end, case when (case when a.outcome = 'served' then b.record_kind = 'completion' else b.outcome = a.outcome end) then b.error_message end) as error_message,
    coalesce(case when a.gives_error then a.denied_region end, case when (case when a.outcome = 'served' then b.record_kind = 'completion' else b.outcome = a.outcome end) then b.denied_region end) as denied_region,
    coalesce(case when a.gives_error then a.denied_by end, case when (case when a.outcome = 'served' then b.record_kind = 'completion' else b.outcome = a.outcome end) then b.denied_by end) as denied_by,
    coalesce(case when a.gives_error then a.denied_explicit end, case when (case when a.outcome = 'served' then b.record_kind = 'completion' else b.outcome = a.outcome end) then b.denied_explicit end) as denied_explicit,
    coalesce(case when a.gives_error then a.denied_policy_arn end, case when (case when a.outcome = 'served' then b.record_kind = 'completion' else b.outcome = a.outcome end) then b.denied_policy_arn end) as denied_policy_arn,
    coalesce(
      case when a.record_kind = 'api-call' and a.original_request_id is null and a.original_event_id is null then a.request_id end,
      case when b.record_kind = 'api-call' and b.original_request_id is null and b.original_event_id is null then b.request_id end,
      case when a.record_kind = 'completion' then a.parent_request_id end,
      case when b.record_kind = 'completion' then b.parent_request_id end,
      a.original_request_id,
      b.original_request_id,
      a.request_id,
      b.request_id
    ) as request_id,
    a.key_events as events,
    coalesce(a.inference_region <> b.inference_region and not a.region_corrected, false) as region_conflict,
    a.object_uri,
    a.is_copy
    and coalesce(b.is_copy, false)
    and (
      coalesce(a.error_code, '') <> coalesce(b.error_code, '')
      or coalesce(a.model_id <> b.model_id, false)
      or coalesce(a.principal <> b.principal, false)
      or coalesce(a.input_tokens <> b.input_tokens, false)
      or coalesce(a.output_tokens <> b.output_tokens, false)
    ) as copies_disagree
  from first_record a
  left join second_record b on b.event_id = a.second_id
),
crowd as (
  select e.*, r.key_events, r.corrected, r.region_corrected, r.record_rank
  from event e
  join ranked r on r.event_id = e.event_id
  where r.records > 2
),
-- What the leading records decide: a copy fills gaps only where it does not contradict them.
chosen as (
  select
    invocation_key,
    min_by(outcome, record_rank) as outcome,
    min_by(principal, record_rank) filter (where principal is not null) as principal,
    min_by(model_id, record_rank) filter (where model_id is not null) as model_id,
    min(case when model_id is null then record_rank + 1000000 else record_rank end) as model_rank
  from crowd
  group by invocation_key
),
compared as (
  select
    r.*,
    c.outcome as chosen_outcome,
    c.model_id as chosen_model_id,
    r.record_kind = 'api-call' as is_call,
    r.record_kind = 'api-call' and not r.corrected as is_copy,
    r.principal is null or r.principal = c.principal as same_caller,
    r.model_id is null or r.model_id = c.model_id as same_model,
    case when r.record_rank = c.model_rank or r.record_rank + 1000000 = c.model_rank then true else false end as leads_model,
    case when c.outcome = 'served' then r.record_kind = 'completion' else r.outcome = c.outcome end as same_error
  from crowd r
  join chosen c on c.invocation_key = r.invocation_key
),
merged as (
  select
    invocation_key,
    min_by(event_time, record_rank) as event_time,
    min_by(source_region, record_rank) as source_region,
    min_by(operation, record_rank) filter (where operation is not null) as operation,
    min_by(streaming, record_rank) filter (where streaming is not null) as streaming,
    max(chosen_outcome) as outcome,
    min_by(inference_region, record_rank) filter (where is_call and inference_region is not null) as call_region,
    min_by(inference_region, record_rank) filter (where record_kind = 'completion' and inference_region is not null) as completion_region,
    bool_or(record_kind = 'completion') as has_completion,
    bool_or(is_call) as has_call,
    bool_or(is_copy and coalesce(additional_omitted, false)) as omitted,
    min_by(account_id, record_rank) filter (where account_id is not null) as account_id,
    min_by(recipient_account_id, record_rank) filter (where recipient_account_id is not null) as recipient_account_id,
    min_by(principal, record_rank) filter (where principal is not null) as principal,
    min_by(principal_type, record_rank) filter (where same_caller and principal_type is not null) as principal_type,
    min_by(principal_name, record_rank) filter (where same_caller and principal_name is not null) as principal_name,
    min_by(session_name, record_rank) filter (where same_caller and session_name is not null) as session_name,
    min_by(source_identity, record_rank) filter (where same_caller and source_identity is not null) as source_identity,
    min_by(invoked_by, record_rank) filter (where same_caller and invoked_by is not null) as invoked_by,
    min_by(on_behalf_of, record_rank) filter (where same_caller and on_behalf_of is not null) as on_behalf_of,
    min_by(source_ip, record_rank) filter (where source_ip is not null) as source_ip,
    min_by(user_agent, record_rank) filter (where user_agent is not null) as user_agent,
    min_by(vpc_endpoint_id, record_rank) filter (where vpc_endpoint_id is not null) as vpc_endpoint_id,
    min_by(host, record_rank) filter (where host is not null) as host,
    min_by(via_console, record_rank) filter (where via_console is not null) as via_console,
    min_by(bearer_token, record_rank) filter (where bearer_token is not null) as bearer_token,
    max(chosen_model_id) as model_id,
    max(model_kind) filter (where leads_model) as model_kind,
    max(profile_id) filter (where leads_model) as profile_id,
    max(profile_scope) filter (where leads_model) as profile_scope,
    min_by(model, record_rank) filter (where same_model and model is not null) as model,
    nullif(min_by(coalesce(provider, ''), record_rank) filter (where same_model and model is not null), '') as provider,
    min_by(input_tokens, record_rank) filter (where input_tokens is not null) as input_tokens,
    min_by(output_tokens, record_rank) filter (where output_tokens is not null) as output_tokens,
    min_by(cache_read_tokens, record_rank) filter (where cache_read_tokens is not null) as cache_read_tokens,
    min_by(cache_write_tokens, record_rank) filter (where cache_write_tokens is not null) as cache_write_tokens,
    min_by(error_code, record_rank) filter (where same_error and error_code is not null) as error_code,
    min_by(error_message, record_rank) filter (where same_error and error_message is not null) as error_message,
    min_by(denied_region, record_rank) filter (where same_error and denied_region is not null) as denied_region,
    min_by(denied_by, record_rank) filter (where same_error and denied_by is not null) as denied_by,
    min_by(denied_explicit, record_rank) filter (where same_error and denied_explicit is not null) as denied_explicit,
    min_by(denied_policy_arn, record_rank) filter (where same_error and denied_policy_arn is not null) as denied_policy_arn,
    coalesce(
      min_by(request_id, record_rank) filter (
        where is_call and request_id is not null and original_request_id is null and original_event_id is null
      ),
      min_by(parent_request_id, record_rank) filter (where record_kind = 'completion' and parent_request_id is not null),
      min_by(original_request_id, record_rank) filter (where original_request_id is not null),
      min_by(request_id, record_rank) filter (where request_id is not null)
    ) as request_id,
    max(key_events) as events,
    coalesce(
      min(inference_region) filter (where not region_corrected) <> max(inference_region) filter (where not region_corrected),
      false
    ) as region_conflict,
    min_by(object_uri, record_rank) as object_uri,
    coalesce(min(error_code) filter (where is_copy) <> max(error_code) filter (where is_copy), false)
    or coalesce(min(model_id) filter (where is_copy) <> max(model_id) filter (where is_copy), false)
    or coalesce(min(principal) filter (where is_copy) <> max(principal) filter (where is_copy), false)
    or coalesce(min(input_tokens) filter (where is_copy) <> max(input_tokens) filter (where is_copy), false)
    or coalesce(min(output_tokens) filter (where is_copy) <> max(output_tokens) filter (where is_copy), false)
    or (
      count(*) filter (where is_copy and error_code is not null) > 0
      and count(*) filter (where is_copy and error_code is null) > 0
    ) as copies_disagree
  from compared
  group by invocation_key
),
requests as (
  select * from paired
  union all
  select * from merged
),
-- Application profiles hide their model and where they lead: the profile table may know.
application as (
  select
    profile_id,
    source_region,
    case when min(destination_region) = max(destination_region) then min(destination_region) end as only_destination,
    case when min(model) = max(model) then min(model) end as model
  from inference_profile
  group by profile_id, source_region
),
evidence as (
  select
    g.*,
    a.model as profile_model,
    l.inference_region as log_region,
    l.input_tokens as log_input_tokens,
    l.output_tokens as log_output_tokens,
    l.cache_read_tokens as log_cache_read_tokens,
    l.cache_write_tokens as log_cache_write_tokens,
    case
      when g.outcome <> 'served' then null
      when g.call_region is not null then 'api-call'
      when g.completion_region is not null then 'stream-completion'
      when l.inference_region is not null then 'invocation-log'
      when g.operation = 'CreateInference' then 'direct'
      -- a list behind IN would be another join for DuckDB
      when
        case g.model_kind
          when 'foundation-model' then true
          when 'provisioned' then true
          when 'custom' then true
          when 'imported' then true
          when 'marketplace' then true
          else false
        end
      then 'direct'
      when a.only_destination = g.source_region then 'direct'
      when g.operation = 'CreateModelInvocationJob' then 'unresolvable'
      when g.has_completion then 'absence'
      when g.omitted then 'unresolvable'
      when g.streaming and f.first_time <= g.event_time then 'pending'
      else 'absence'
    end as region_evidence
  from requests g
  left join first_completion f on f.account_id = g.account_id and f.source_region = g.source_region
  left join application a
    on a.profile_id = case when g.model_kind = 'application-profile' then g.profile_id end and a.source_region = g.source_region
  left join invocation_log l on l.invocation_key = g.invocation_key and l.account_id = g.account_id
),
located as (
  select
    j.*,
    case
      when j.region_evidence = 'api-call' then j.call_region
      when j.region_evidence = 'stream-completion' then j.completion_region
      when j.region_evidence = 'invocation-log' then j.log_region
      when j.region_evidence in ('direct', 'absence') then j.source_region
    end as served_region
  from evidence j
)
select
  invocation_key,
  event_time,
  source_region,
  served_region,
  region_evidence,
  served_region <> source_region as spilled,
  outcome,
  operation,
  streaming,
  account_id,
  recipient_account_id,
  principal,
  principal_type,
  principal_name,
  session_name,
  source_identity,
  invoked_by,
  on_behalf_of,
  source_ip,
  user_agent,
  vpc_endpoint_id,
  host,
  coalesce(via_console, false) as via_console,
  coalesce(bearer_token, false) as bearer_token,
  model_id,
  model_kind,
  profile_id,
  profile_scope,
  coalesce(model, profile_model) as model,
  case when model is null then nullif(split_part(profile_model, '.', 1), '') else provider end as provider,
  coalesce(input_tokens, log_input_tokens) as input_tokens,
  coalesce(output_tokens, log_output_tokens) as output_tokens,
  coalesce(cache_read_tokens, log_cache_read_tokens) as cache_read_tokens,
  coalesce(cache_write_tokens, log_cache_write_tokens) as cache_write_tokens,
  error_code,
  error_message,
  case when outcome = 'denied' then denied_region end as denied_region,
  case when outcome = 'denied' then denied_by end as denied_by,
  case when outcome = 'denied' then denied_explicit end as denied_explicit,
  case when outcome = 'denied' then denied_policy_arn end as denied_policy_arn,
  request_id,
  cast(events as integer) as events,
  region_conflict or coalesce(log_region <> coalesce(call_region, completion_region), false) as region_conflict,
  object_uri,
  copies_disagree,
  has_completion and not has_call as completion_only
from located
