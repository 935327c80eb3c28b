with
-- One row for each Bedrock record of cloudtrail_record: the rules R1 to R6 of src/parse in SQL, column for column.
-- The statement runs unchanged on Athena, on Trino and (with duckdb/shim.sql and duckdb/athena-shim.sql) on DuckDB.
-- It reads cloudtrail_record (the columns of AWS's own CloudTrail table, and object_uri), vendor(prefix), profile_scope(prefix)
-- and operation(name, event_source, kind, streaming). Records that R8 rejects are left out.
-- A field of requestParameters and its like is kept as JSON text ("raw"), since only that tells a text from a number.
known as (
  select v.vendors, s.scopes
  from (select array_agg(prefix) as vendors from vendor) v
  cross join (select array_agg(prefix) as scopes from profile_scope) s
),
record as (
  select
    r.*,
    -- through JSON, so that a table whose row lacks sourceidentity or onbehalfof still fits
    cast(r.useridentity as json) as identity,
    try(json_parse(r.requestparameters)) as parameters,
    try(json_parse(r.additionaleventdata)) as additional,
    try(json_parse(r.serviceeventdetails)) as details
  from cloudtrail_record r
  where r.eventsource in ('bedrock.amazonaws.com', 'bedrock-mantle.amazonaws.com')
),
field as (
  select
    r.*,
    k.vendors,
    k.scopes,
    r.eventsource = 'bedrock-mantle.amazonaws.com' as is_mantle,
    json_format(r.parameters) as raw_parameters,
    json_format(r.additional) as raw_additional,
    json_format(r.details) as raw_details,
    json_format(json_extract(r.parameters, '$.modelId')) as raw_model_id,
    json_format(json_extract(r.parameters, '$.model')) as raw_mantle_model,
    json_format(json_extract(r.parameters, '$.stream')) as raw_stream,
    json_format(json_extract(r.parameters, '$.callWithBearerToken')) as raw_mantle_bearer,
    json_format(json_extract(r.additional, '$.callWithBearerToken')) as raw_bearer,
    json_format(json_extract(r.additional, '$.omitted')) as raw_omitted,
    json_format(json_extract(r.additional, '$.inferenceRegion')) as raw_region,
    json_format(json_extract(r.additional, '$.inputTokens')) as raw_input,
    json_format(json_extract(r.additional, '$.outputTokens')) as raw_output,
    json_format(json_extract(r.additional, '$.cacheReadInputTokens')) as raw_cache_read,
    json_format(json_extract(r.additional, '$.cacheWriteInputTokens')) as raw_cache_write,
    json_format(json_extract(r.details, '$.parentRequestId')) as raw_parent,
    json_extract(r.details, '$.AdditionalEventData.additionalEntries') as large_entries,
    json_extract(r.details, '$.additionalEventData.additionalEntries') as small_entries,
    case when cardinality(r.resources) > 0 then sequence(1, cardinality(r.resources)) end as resource_places,
    o.streaming as listed_streaming,
    o.name as listed_operation,
    nullif(json_extract_scalar(r.identity, '$.arn'), '') as identity_arn,
    nullif(json_extract_scalar(r.identity, '$.accountid'), '') as identity_account,
    json_extract_scalar(r.identity, '$.invokedby') as invoked_by,
    nullif(json_extract_scalar(r.identity, '$.onbehalfof.userid'), '') as on_behalf_of,
    json_extract_scalar(r.identity, '$.sessioncontext.sourceidentity') as source_identity,
    nullif(json_extract_scalar(r.identity, '$.sessioncontext.sessionissuer.arn'), '') as issuer_arn,
    nullif(json_extract_scalar(r.identity, '$.principalid'), '') as identity_principal_id,
    json_extract_scalar(r.identity, '$.username') as identity_user,
    case json_extract_scalar(r.identity, '$.type')
      when 'Role' then 'AssumedRole'
      else json_extract_scalar(r.identity, '$.type')
    end as principal_type,
    r.tlsdetails.clientprovidedhostheader as host,
    case when starts_with(r.errorcode, 'Client.') then substr(r.errorcode, 8) else coalesce(r.errorcode, '') end as bare_code
  from record r
  cross join known k
  left join operation o on o.name = r.eventname and o.event_source = r.eventsource and o.kind = 'inference'
),
-- The payload of a completion: an object, or a list of pairs of which the first with a key counts.
payload as (
  select
    f.*,
    substr(json_format(f.large_entries), 1, 1) as large_shape,
    substr(json_format(f.small_entries), 1, 1) as small_shape,
    case when json_array_length(f.large_entries) > 0 then sequence(0, json_array_length(f.large_entries) - 1) end as large_places,
    case when json_array_length(f.small_entries) > 0 then sequence(0, json_array_length(f.small_entries) - 1) end as small_places
  from field f
),
entry as (
  select
    p.*,
    case
      when coalesce(p.eventtype, '') <> 'AwsServiceEvent' then null
      when p.large_shape in ('{', '[') then p.large_entries
      when p.small_shape in ('{', '[') then p.small_entries
    end as entries,
    case when p.large_shape = '[' then p.large_places when p.large_shape = '{' then null else p.small_places end as places
  from payload p
  -- R8: what is of a wrong type where it would make a wrong number is not an event
  where p.eventname <> ''
    and p.awsregion <> ''
    and p.eventid <> ''
    and (p.requestparameters is null or starts_with(p.raw_parameters, '{') or p.raw_parameters = 'null')
    and (p.additionaleventdata is null or starts_with(p.raw_additional, '{') or p.raw_additional = 'null')
    and (p.serviceeventdetails is null or starts_with(p.raw_details, '{') or p.raw_details = 'null')
    and substr(coalesce(p.raw_model_id, 'null'), 1, 1) in ('"', 'n')
    and substr(coalesce(p.raw_region, 'null'), 1, 1) in ('"', 'n')
    and substr(coalesce(p.raw_parent, 'null'), 1, 1) in ('"', 'n')
    and substr(coalesce(json_format(json_extract(p.large_entries, '$.inferenceRegion')), 'null'), 1, 1) in ('"', 'n')
    and substr(coalesce(json_format(json_extract(p.small_entries, '$.inferenceRegion')), 'null'), 1, 1) in ('"', 'n')
    and array_min(filter(p.large_places, i ->
      json_format(json_extract(json_array_get(p.large_entries, i), '$.key')) = '"inferenceRegion"'
      and substr(coalesce(json_format(json_extract(json_array_get(p.large_entries, i), '$.value')), 'null'), 1, 1) not in ('"', 'n'))) is null
    and array_min(filter(p.small_places, i ->
      json_format(json_extract(json_array_get(p.small_entries, i), '$.key')) = '"inferenceRegion"'
      and substr(coalesce(json_format(json_extract(json_array_get(p.small_entries, i), '$.value')), 'null'), 1, 1) not in ('"', 'n'))) is null
    and length(p.eventtime) <= 35
    and regexp_like(p.eventtime, '^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])\z')
    and try_cast(substr(p.eventtime, 1, 10) as date) is not null
),
pair as (
  select
    e.*,
    array_min(filter(e.places, i -> json_format(json_extract(json_array_get(e.entries, i), '$.key')) = '"inferenceRegion"')) as region_at,
    array_min(filter(e.places, i -> json_format(json_extract(json_array_get(e.entries, i), '$.key')) = '"inputTokens"')) as input_at,
    array_min(filter(e.places, i -> json_format(json_extract(json_array_get(e.entries, i), '$.key')) = '"outputTokens"')) as output_at,
    array_min(filter(e.places, i -> json_format(json_extract(json_array_get(e.entries, i), '$.key')) = '"cacheReadInputTokens"')) as cache_read_at,
    array_min(filter(e.places, i -> json_format(json_extract(json_array_get(e.entries, i), '$.key')) = '"cacheWriteInputTokens"')) as cache_write_at
  from entry e
),
found as (
  select
    p.*,
    json_format(coalesce(json_extract(json_array_get(p.entries, p.region_at), '$.value'), json_extract(p.entries, '$.inferenceRegion'))) as entry_region,
    json_format(coalesce(json_extract(json_array_get(p.entries, p.input_at), '$.value'), json_extract(p.entries, '$.inputTokens'))) as entry_input,
    json_format(coalesce(json_extract(json_array_get(p.entries, p.output_at), '$.value'), json_extract(p.entries, '$.outputTokens'))) as entry_output,
    json_format(coalesce(json_extract(json_array_get(p.entries, p.cache_read_at), '$.value'), json_extract(p.entries, '$.cacheReadInputTokens'))) as entry_cache_read,
    json_format(coalesce(json_extract(json_array_get(p.entries, p.cache_write_at), '$.value'), json_extract(p.entries, '$.cacheWriteInputTokens'))) as entry_cache_write,
    case when starts_with(p.raw_model_id, '"') then nullif(json_extract_scalar(p.raw_model_id, '$'), '') end as named_model,
    case when starts_with(p.raw_mantle_model, '"') then nullif(json_extract_scalar(p.raw_mantle_model, '$'), '') end as mantle_model,
    case when starts_with(p.raw_parent, '"') then json_extract_scalar(p.raw_parent, '$') end as parent_request_id,
    array_min(filter(p.resource_places, i ->
      (strpos(p.resources[i].arn, ':foundation-model/') > 0 and not p.resources[i].arn like '%/')
      or (
        p.resources[i].type = 'AWS::Bedrock::Model'
        and strpos(p.resources[i].arn, '.') > 0
        and contains(p.vendors, split_part(p.resources[i].arn, '.', 1))
      ))) as resource_at,
    strpos(p.errormessage, 'ot authorized to perform') as sentence_at
  from pair p
),
identified as (
  select
    f.*,
    -- an id whose : and / a client percent-encoded is what it decodes to
    case
      when regexp_like(if(f.is_mantle, f.mantle_model, f.named_model), '^[A-Za-z0-9._:/-]*(%(3[Aa]|2[Ff])[A-Za-z0-9._:/-]*)+$')
        then replace(replace(replace(replace(if(f.is_mantle, f.mantle_model, f.named_model), '%3A', ':'), '%3a', ':'), '%2F', '/'), '%2f', '/')
      else if(f.is_mantle, f.mantle_model, f.named_model)
    end as model_id,
    case
      when f.listed_operation is not null then f.eventname
      when f.named_model is not null
        and starts_with(f.host, 'bedrock-runtime.')
        and f.eventname not in (select name from operation where kind = 'never-inference') then 'other-inference'
    end as inference_operation,
    f.resources[f.resource_at].arn as resource_arn,
    -- the arn of the identity, cut at its colons
    regexp_like(f.identity_arn, '^arn:[^:]*:[^:]*:[^:]*:[^:]*:') as is_arn,
    coalesce(regexp_extract(f.identity_arn, '^arn:[^:]*:[^:]*:[^:]*:[^:]*:([\s\S]*)', 1), '') as arn_resource,
    case when f.sentence_at > 0 then substr(f.errormessage, f.sentence_at + 24) end as sentence
  from found f
),
named as (
  select
    j.*,
    case
      when j.inference_operation is null then 'other'
      when j.eventtype in ('AwsVpceEvent', 'AwsVpceEvents') or j.eventcategory = 'NetworkActivity' then 'network'
      when j.eventtype = 'AwsServiceEvent' then 'completion'
      else 'api-call'
    end as record_kind,
    case when strpos(j.resource_arn, ':foundation-model/') > 0 then regexp_extract(j.resource_arn, '[^/]*\z') else j.resource_arn end as resource_model,
    regexp_like(j.arn_resource, '^assumed-role/[^/]') as is_session,
    case when starts_with(j.model_id, 'arn:') then coalesce(regexp_extract(j.model_id, '^[^:]*:[^:]*:[^:]*:[^:]*:[^:]*:([\s\S]*)', 1), '') end as model_resource,
    coalesce(regexp_extract(j.sentence, 'on resource[: ]*([^\x00-\x20"''),\\}]*)', 1), '') as denied_resource,
    coalesce(regexp_extract(j.sentence, 'on resource[: ]*[^\x00-\x20"''),\\}]*'), '') as denied_clause,
    -- CloudTrail cuts errorMessage at 1 KB
    length(to_hex(to_utf8(j.errormessage))) >= 2048 as was_cut
  from identified j
),
outcomes as (
  select
    n.*,
    case
      when n.record_kind = 'other' then null
      when n.record_kind = 'completion' or n.bare_code = '' and coalesce(n.errorcode, '') = '' then 'served'
      when n.bare_code in ('AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'VpceAccessDenied') then 'denied'
      when starts_with(n.bare_code, 'Throttling') or starts_with(n.bare_code, 'TooManyRequests') or starts_with(n.bare_code, 'ServiceQuotaExceeded') then 'throttled'
      else 'failed'
    end as outcome,
    case when n.is_arn then nullif(split_part(n.identity_arn, ':', 5), '') end as arn_account,
    case
      when n.is_session
        then 'arn:' || split_part(n.identity_arn, ':', 2) || ':iam::' || split_part(n.identity_arn, ':', 5) || ':role/' || split_part(n.arn_resource, '/', 2)
      else n.identity_arn
    end as arn_principal,
    case when n.is_session then nullif(regexp_extract(n.arn_resource, '^assumed-role/[^/]+/([\s\S]*)', 1), '') end as session_name,
    -- a model ARN: its service, the type of its resource and the resource's last segment
    case when strpos(n.model_resource, '/') > 0 then split_part(n.model_id, ':', 3) end as model_service,
    case when strpos(n.model_resource, '/') > 0 then split_part(n.model_resource, '/', 1) end as model_type,
    case when strpos(n.model_resource, '/') > 0 then nullif(regexp_extract(n.model_resource, '[^/]*\z'), '') end as model_last,
    case
      when n.denied_clause = '' then n.sentence
      else substr(n.sentence, strpos(n.sentence, 'on resource') + length(n.denied_clause))
    end as reason
  from named n
),
models as (
  select
    t.*,
    case
      when t.is_mantle then 'foundation-model'
      when t.model_id is null then 'unknown'
      when t.model_resource is null and strpos(t.model_id, '.') > 0 and contains(t.vendors, split_part(t.model_id, '.', 1)) then 'foundation-model'
      when t.model_resource is null then 'inference-profile'
      when t.model_last is null then 'unknown'
      when t.model_service = 'sagemaker' and t.model_type = 'endpoint' then 'marketplace'
      when t.model_service <> 'bedrock' then 'unknown'
      when t.model_type in ('foundation-model', 'inference-profile', 'prompt', 'prompt-router') then t.model_type
      when t.model_type = 'default-prompt-router' then 'prompt-router'
      when t.model_type = 'application-inference-profile' then 'application-profile'
      when t.model_type = 'provisioned-model' then 'provisioned'
      when t.model_type in ('custom-model', 'custom-model-deployment') then 'custom'
      when t.model_type = 'imported-model' then 'imported'
      else 'unknown'
    end as model_kind,
    coalesce(t.model_last, t.model_id) as model_name,
    coalesce(
      case t.principal_type
        when 'AssumedRole' then t.issuer_arn
        when 'IdentityCenterUser' then t.on_behalf_of
        when 'AWSService' then nullif(t.invoked_by, '')
        when 'AWSAccount' then coalesce(t.identity_account, t.arn_account)
      end,
      t.arn_principal,
      case
        when t.principal_type = 'AssumedRole' and strpos(t.identity_principal_id, ':') > 1 then split_part(t.identity_principal_id, ':', 1)
        else t.identity_principal_id
      end
    ) as principal,
    t.outcome = 'denied' and t.sentence is not null as has_sentence,
    strpos(t.reason, 'with an explicit deny') as explicit_at,
    strpos(t.reason, 'because no ') as implicit_at,
    (t.was_cut and t.reason = '') or t.denied_resource like '%..' as resource_cut
  from outcomes t
),
scoped as (
  select
    k.*,
    case when k.model_kind = 'inference-profile' and strpos(k.model_name, '.') > 0 then split_part(k.model_name, '.', 1) else '' end as prefix,
    case when k.model_kind = 'inference-profile' and strpos(k.model_name, '.') > 0 then substr(k.model_name, strpos(k.model_name, '.') + 1) else '' end as behind,
    case
      when k.explicit_at > 0 then nullif(regexp_extract(substr(k.reason, k.explicit_at + 21), '^ in an? ([\s\S]*)', 1), '')
      when k.implicit_at > 0 then substr(k.reason, k.implicit_at + 11)
    end as policy_text
  from models k
),
policies as (
  select
    s.*,
    case
      when starts_with(s.policy_text, 'service control policy') then 'service control policy'
      when starts_with(s.policy_text, 'resource control policy') then 'resource control policy'
      when starts_with(s.policy_text, 'identity-based policy') then 'identity-based policy'
      when starts_with(s.policy_text, 'permissions boundary') then 'permissions boundary'
      when starts_with(s.policy_text, 'session policy') then 'session policy'
      when starts_with(s.policy_text, 'resource-based policy') then 'resource-based policy'
      when starts_with(s.policy_text, 'VPC endpoint policy') then 'VPC endpoint policy'
    end as policy_said,
    case
      when s.is_mantle then coalesce(s.model_id, s.resource_model)
      when s.model_kind = 'foundation-model' then s.model_name
      when s.model_kind = 'inference-profile' then
        case
          when contains(s.scopes, s.prefix) then nullif(s.behind, '')
          when strpos(s.behind, '.') > 0 and contains(s.vendors, split_part(s.behind, '.', 1)) then s.behind
        end
      when s.model_kind in ('prompt', 'prompt-router') then null
      else s.resource_model
    end as id_model
  from scoped s
),
denial as (
  select
    p.*,
    case when p.has_sentence and p.explicit_at > 0 and p.policy_said is not null
      then nullif(regexp_extract(substr(p.policy_text, length(p.policy_said) + 1), '^:[: ]*([^\x00-\x20"''),\\}]*)', 1), '')
    end as policy_word,
    case when p.has_sentence and p.explicit_at > 0 and p.policy_said is not null
      then length(p.policy_said) + length(regexp_extract(substr(p.policy_text, length(p.policy_said) + 1), '^:[: ]*[^\x00-\x20"''),\\}]*')) >= length(p.policy_text)
    end as policy_at_end,
    coalesce(
      p.id_model,
      case
        when p.model_id is null and p.has_sentence and not p.resource_cut and strpos(p.denied_resource, ':foundation-model/') > 0
          then nullif(regexp_extract(p.denied_resource, '[^/]*\z'), '')
      end
    ) as model
  from policies p
),
-- A count is a whole number or its digits as text; as in JavaScript it is exact up to 2^53 - 1.
counted as (
  select
    d.*,
    try_cast(case when regexp_like(d.entry_input, '^"[0-9]+"\z') then substr(d.entry_input, 2, length(d.entry_input) - 2) when regexp_like(d.entry_input, '^-?[0-9]') then d.entry_input end as double) as entry_input_n,
    try_cast(case when regexp_like(d.raw_input, '^"[0-9]+"\z') then substr(d.raw_input, 2, length(d.raw_input) - 2) when regexp_like(d.raw_input, '^-?[0-9]') then d.raw_input end as double) as input_n,
    try_cast(case when regexp_like(d.entry_output, '^"[0-9]+"\z') then substr(d.entry_output, 2, length(d.entry_output) - 2) when regexp_like(d.entry_output, '^-?[0-9]') then d.entry_output end as double) as entry_output_n,
    try_cast(case when regexp_like(d.raw_output, '^"[0-9]+"\z') then substr(d.raw_output, 2, length(d.raw_output) - 2) when regexp_like(d.raw_output, '^-?[0-9]') then d.raw_output end as double) as output_n,
    try_cast(case when regexp_like(d.entry_cache_read, '^"[0-9]+"\z') then substr(d.entry_cache_read, 2, length(d.entry_cache_read) - 2) when regexp_like(d.entry_cache_read, '^-?[0-9]') then d.entry_cache_read end as double) as entry_cache_read_n,
    try_cast(case when regexp_like(d.raw_cache_read, '^"[0-9]+"\z') then substr(d.raw_cache_read, 2, length(d.raw_cache_read) - 2) when regexp_like(d.raw_cache_read, '^-?[0-9]') then d.raw_cache_read end as double) as cache_read_n,
    try_cast(case when regexp_like(d.entry_cache_write, '^"[0-9]+"\z') then substr(d.entry_cache_write, 2, length(d.entry_cache_write) - 2) when regexp_like(d.entry_cache_write, '^-?[0-9]') then d.entry_cache_write end as double) as entry_cache_write_n,
    try_cast(case when regexp_like(d.raw_cache_write, '^"[0-9]+"\z') then substr(d.raw_cache_write, 2, length(d.raw_cache_write) - 2) when regexp_like(d.raw_cache_write, '^-?[0-9]') then d.raw_cache_write end as double) as cache_write_n
  from denial d
)
select
  c.eventid as event_id,
  -- local time, second 60 read as the second after, to the millisecond; then the offset
  cast(substr(c.eventtime, 1, 10) || ' ' || substr(c.eventtime, 12, 5) || ':' ||
    case when substr(c.eventtime, 18, 2) = '60' then '59' else substr(c.eventtime, 18, 2) end || '.' ||
    substr(coalesce(regexp_extract(c.eventtime, '\.([0-9]+)', 1), '') || '000', 1, 3) as timestamp)
    + interval '1' second * case when substr(c.eventtime, 18, 2) = '60' then 1 else 0 end
    - interval '1' minute * coalesce(
      case when regexp_like(c.eventtime, '[+-][0-9]{2}:[0-9]{2}\z') then
        (cast(substr(c.eventtime, length(c.eventtime) - 4, 2) as integer) * 60 + cast(substr(c.eventtime, length(c.eventtime) - 1, 2) as integer))
        * case when substr(c.eventtime, length(c.eventtime) - 5, 1) = '-' then -1 else 1 end
      end, 0) as event_time,
  c.eventsource as event_source,
  c.eventname as event_name,
  c.eventtype as event_type,
  c.eventcategory as event_category,
  c.eventversion as event_version,
  c.awsregion as source_region,
  c.requestid as request_id,
  c.sharedeventid as shared_event_id,
  c.parent_request_id,
  c.addendum.reason as addendum_reason,
  c.addendum.originalrequestid as original_request_id,
  c.addendum.originaleventid as original_event_id,
  c.record_kind,
  case
    when c.record_kind = 'other' then null
    when c.record_kind = 'network' and c.bare_code <> 'VpceAccessDenied' then null
    when length(c.parent_request_id) = 36
      and regexp_like(c.parent_request_id, '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\z')
      and c.parent_request_id <> '00000000-0000-0000-0000-000000000000' then c.awsregion || '/' || lower(c.parent_request_id)
    when c.record_kind = 'completion' then null
    when length(c.addendum.originalrequestid) = 36
      and regexp_like(c.addendum.originalrequestid, '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\z')
      and c.addendum.originalrequestid <> '00000000-0000-0000-0000-000000000000' then c.awsregion || '/' || lower(c.addendum.originalrequestid)
    when c.addendum.originaleventid <> '' then c.awsregion || '/event:' || c.addendum.originaleventid
    when length(c.requestid) = 36
      and regexp_like(c.requestid, '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\z')
      and c.requestid <> '00000000-0000-0000-0000-000000000000' then c.awsregion || '/' || lower(c.requestid)
    when c.sharedeventid <> '' then c.awsregion || '/shared:' || c.sharedeventid
    else c.awsregion || '/event:' || c.eventid
  end as invocation_key,
  c.inference_operation as operation,
  case
    when c.inference_operation is null then null
    when c.listed_streaming = 'by-parameter' then coalesce(c.raw_stream in ('true', '"true"'), false)
    else coalesce(c.listed_streaming = 'true', false)
  end as streaming,
  c.outcome,
  coalesce(
    case when starts_with(c.entry_region, '"') then nullif(json_extract_scalar(c.entry_region, '$'), '') end,
    case when starts_with(c.raw_region, '"') then nullif(json_extract_scalar(c.raw_region, '$'), '') end
  ) as inference_region,
  coalesce(c.raw_omitted in ('true', '"true"'), false) as additional_omitted,
  coalesce(c.identity_account, c.arn_account, nullif(c.recipientaccountid, '')) as account_id,
  c.recipientaccountid as recipient_account_id,
  c.principal,
  c.principal_type,
  case
    when strpos(c.principal, '/') > 0 then regexp_extract(c.principal, '[^/]*\z')
    when starts_with(c.principal, 'arn:') then regexp_extract(c.principal, '[^:]*\z')
    else c.principal
  end as principal_name,
  c.session_name,
  c.source_identity,
  c.invoked_by,
  c.on_behalf_of,
  c.sourceipaddress as source_ip,
  c.useragent as user_agent,
  c.vpcendpointid as vpc_endpoint_id,
  c.host,
  case c.sessioncredentialfromconsole when 'true' then true when 'false' then false end as via_console,
  case
    when starts_with(c.identity_user, 'BedrockAPIKey-') then true
    when regexp_like(c.arn_resource, '^user/([\s\S]*/)?BedrockAPIKey-[^/]*\z') then true
    when c.is_mantle and nullif(c.raw_mantle_bearer, 'null') is not null then
      case when c.raw_mantle_bearer in ('true', '"true"') then true when c.raw_mantle_bearer in ('false', '"false"') then false end
    when c.raw_bearer in ('true', '"true"') then true
    when c.raw_bearer in ('false', '"false"') then false
  end as bearer_token,
  c.model_id,
  c.model_kind,
  case when c.model_kind in ('inference-profile', 'application-profile') then c.model_name end as profile_id,
  case
    when c.model_kind = 'application-profile' then 'application'
    when c.model_kind = 'inference-profile' and contains(c.scopes, c.prefix) then c.prefix
    when c.model_kind = 'inference-profile' then 'unknown'
  end as profile_scope,
  c.model,
  case when strpos(c.model, '.') > 0 and contains(c.vendors, split_part(c.model, '.', 1)) then split_part(c.model, '.', 1) end as provider,
  coalesce(
    case when c.entry_input_n between 0 and 9007199254740991 and c.entry_input_n = floor(c.entry_input_n) then cast(c.entry_input_n as bigint) end,
    case when c.input_n between 0 and 9007199254740991 and c.input_n = floor(c.input_n) then cast(c.input_n as bigint) end
  ) as input_tokens,
  coalesce(
    case when c.entry_output_n between 0 and 9007199254740991 and c.entry_output_n = floor(c.entry_output_n) then cast(c.entry_output_n as bigint) end,
    case when c.output_n between 0 and 9007199254740991 and c.output_n = floor(c.output_n) then cast(c.output_n as bigint) end
  ) as output_tokens,
  coalesce(
    case when c.entry_cache_read_n between 0 and 9007199254740991 and c.entry_cache_read_n = floor(c.entry_cache_read_n) then cast(c.entry_cache_read_n as bigint) end,
    case when c.cache_read_n between 0 and 9007199254740991 and c.cache_read_n = floor(c.cache_read_n) then cast(c.cache_read_n as bigint) end
  ) as cache_read_tokens,
  coalesce(
    case when c.entry_cache_write_n between 0 and 9007199254740991 and c.entry_cache_write_n = floor(c.entry_cache_write_n) then cast(c.entry_cache_write_n as bigint) end,
    case when c.cache_write_n between 0 and 9007199254740991 and c.cache_write_n = floor(c.cache_write_n) then cast(c.cache_write_n as bigint) end
  ) as cache_write_tokens,
  c.errorcode as error_code,
  c.errormessage as error_message,
  case
    when c.has_sentence and regexp_like(c.denied_resource, '^arn:[^:]*:[^:]*:[^:]*:') then coalesce(nullif(split_part(c.denied_resource, ':', 4), ''), 'unspecified')
  end as denied_region,
  case
    when c.has_sentence then if(c.policy_said = 'identity-based policy', 'identity policy', c.policy_said)
    when c.outcome = 'denied' and c.bare_code = 'VpceAccessDenied' and strpos(c.errormessage, 'VPC endpoint policy') > 0 then 'VPC endpoint policy'
  end as denied_by,
  case when c.has_sentence then case when c.explicit_at > 0 then true when c.implicit_at > 0 then false end end as denied_explicit,
  case
    when starts_with(c.policy_word, 'arn:')
      and strpos(c.policy_word, '/') > 0
      and not (c.was_cut and c.policy_at_end)
      and not c.policy_word like '%..' then if(c.policy_word like '%.', substr(c.policy_word, 1, length(c.policy_word) - 1), c.policy_word)
  end as denied_policy_arn,
  c.object_uri,
  cast(null as integer) as record_index
from counted c
