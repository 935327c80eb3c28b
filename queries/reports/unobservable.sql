-- title: What could not be seen
-- answers: What do the other reports not know, and why?
-- columns:
--   what: kind of blind spot
--   account_id: account; null where it belongs to none
--   region: source Region, or the Region folder of a trail object; null where it belongs to none
--   count: invocations, events, objects or records, as the kind says
--   why: what it means
--
-- Counts are taken once and turned into rows afterwards. More than three days is counted from the clock of the run.
WITH label AS (
  SELECT n, what, why FROM (VALUES
    (1, 'pending', 'streamed, completion still to come: the call is less than three days old'),
    (2, 'lost', 'streamed, completion lost: it is missing for more than three days'),
    (3, 'batch-job', 'batch job through a profile: CloudTrail never shows where its records ran'),
    (4, 'omitted', 'served Region left out: the record was too large, or this kind of call never shows it'),
    (5, 'local-by-absence', 'through a profile, local by absence only: AWS leaves the Region out when a call is not re-routed'),
    (6, 'no-usable-key', 'requestID is missing or no UUID: copies of such a call cannot be recognised and may count twice'),
    (7, 'crowded-key', 'more than eight events share one request: the key may join calls that are not one'),
    (8, 'region-conflict', 'records of one call, or its invocation log, name different served Regions: the API call''s was taken, else the completion''s'),
    (9, 'copies-disagree', 'copies of one API call disagree: in error, model, principal or tokens; the leading record''s were taken'),
    (10, 'unresolved-application-profile', 'application profile that is not in the profile table: its model is hidden'),
    (11, 'unknown-scope', 'model identifier with an unknown first part: treated as a profile'),
    (12, 'mantle-present', 'bedrock-mantle calls that were logged: only trails with data events show them'),
    (13, 'orphan-completion', 'known only by its completion: the API call itself was never delivered'),
    (14, 'completion-without-request', 'completion whose parentRequestId is missing or no UUID: it belongs to no call'),
    (15, 'foreign-event-version', 'records of another major version of CloudTrail''s format: read as if they were of version 1'),
    (16, 'mantle-absent', 'no bedrock-mantle call in these logs: without data events on the trail they would not show'),
    (17, 'quarantined-object', 'trail objects that could not be read: whatever they hold is missing'),
    (18, 'rejected-record', 'Bedrock records with wrong types: they are not counted'),
    (20, 'aggregated-only', 'calls known only as a count in CloudTrail''s aggregated events: where they were served was never written down'),
    (21, 'quarantined-invocation-log', 'objects of invocation logs that could not be read: calls that they would settle stay as the trail has them'),
    (22, 'rejected-invocation-log', 'invocation logs with wrong types: they settle nothing'),
    (19, 'management-events-only', 'read from the event history alone: LookupEvents shows no data events (bidirectional streams, async calls, bedrock-mantle)')
  ) AS t (n, what, why)
), clock AS (
  SELECT as_of - interval '3' day AS recent FROM asked_range
), call AS (
  SELECT
    account_id,
    source_region,
    sum(invocations) FILTER (WHERE region_evidence = 'pending' AND NOT coalesce(pending_since <= clock.recent, false)) AS n1,
    sum(invocations) FILTER (WHERE region_evidence = 'pending' AND pending_since <= clock.recent) AS n2,
    sum(invocations) FILTER (WHERE region_evidence = 'unresolvable' AND operation = 'CreateModelInvocationJob') AS n3,
    sum(invocations) FILTER (WHERE region_evidence = 'unresolvable' AND operation <> 'CreateModelInvocationJob') AS n4,
    sum(invocations) FILTER (WHERE region_evidence = 'absence') AS n5,
    sum(invocations) FILTER (WHERE no_usable_key) AS n6,
    sum(invocations) FILTER (WHERE crowded_key) AS n7,
    sum(invocations) FILTER (WHERE region_conflict) AS n8,
    sum(invocations) FILTER (WHERE copies_disagree) AS n9,
    sum(invocations) FILTER (WHERE model_kind = 'application-profile' AND model IS NULL) AS n10,
    sum(invocations) FILTER (WHERE profile_scope = 'unknown') AS n11,
    sum(invocations) FILTER (WHERE operation = 'CreateInference') AS n12,
    sum(invocations) FILTER (WHERE completion_only AND outcome = 'served') AS n13
  FROM invocation_day
  CROSS JOIN clock
  -- most calls hide nothing: they leave here
  WHERE region_evidence IN ('pending', 'unresolvable', 'absence')
    OR no_usable_key
    OR crowded_key
    OR region_conflict
    OR copies_disagree
    OR completion_only
    OR model_kind = 'application-profile'
    OR profile_scope = 'unknown'
    OR operation = 'CreateInference'
  GROUP BY 1, 2
), delivered AS (
  SELECT
    account_id,
    source_region,
    count(*) FILTER (WHERE record_kind = 'completion' AND invocation_key IS NULL) AS n14,
    count(*) FILTER (WHERE event_version NOT LIKE '1.%') AS n15
  FROM event
  WHERE (record_kind = 'completion' AND invocation_key IS NULL) OR event_version NOT LIKE '1.%'
  GROUP BY 1, 2
), line AS (
  SELECT label.n,
    call.account_id,
    call.source_region AS region,
    CASE label.n
      WHEN 1 THEN call.n1
      WHEN 2 THEN call.n2
      WHEN 3 THEN call.n3
      WHEN 4 THEN call.n4
      WHEN 5 THEN call.n5
      WHEN 6 THEN call.n6
      WHEN 7 THEN call.n7
      WHEN 8 THEN call.n8
      WHEN 9 THEN call.n9
      WHEN 10 THEN call.n10
      WHEN 11 THEN call.n11
      WHEN 12 THEN call.n12
      WHEN 13 THEN call.n13
    END AS amount
  FROM call
  CROSS JOIN label
  WHERE label.n <= 13
  UNION ALL
  SELECT label.n, delivered.account_id, delivered.source_region,
    CASE label.n
      WHEN 14 THEN delivered.n14
      WHEN 15 THEN delivered.n15
    END
  FROM delivered
  CROSS JOIN label
  WHERE label.n IN (14, 15)
  UNION ALL
  SELECT 20, account_id, source_region, sum(cast(calls AS bigint))
  FROM aggregated_call
  WHERE is_inference
  GROUP BY account_id, source_region
  UNION ALL
  SELECT 16, NULL, NULL, CASE WHEN EXISTS (SELECT 1 FROM invocation_day WHERE operation = 'CreateInference') THEN 0 ELSE 1 END
  UNION ALL
  SELECT label.n, object.account_id, object.region,
    CASE label.n
      WHEN 17 THEN object.quarantined
      WHEN 18 THEN object.rejected
      WHEN 19 THEN object.looked_up
    END
  FROM (
    -- a file that was replaced by a readable one has a row for each version, and hides nothing
    SELECT
      account_id,
      region,
      count(*) FILTER (WHERE loaded = 0) AS quarantined,
      sum(rejected) AS rejected,
      CASE WHEN count(*) = count(*) FILTER (WHERE uri LIKE 'lookup:%') THEN count(*) ELSE 0 END AS looked_up
    FROM (
      SELECT account_id, region, uri, max(CASE WHEN status IN ('loaded', 'pruned') THEN 1 ELSE 0 END) AS loaded, sum(coalesce(rejected, 0)) AS rejected
      FROM trail_object
      WHERE status <> 'skipped'
      GROUP BY 1, 2, 3
    ) AS file
    GROUP BY 1, 2
  ) AS object
  CROSS JOIN label
  WHERE label.n IN (17, 18, 19)
  UNION ALL
  SELECT label.n, object.account_id, object.region,
    CASE label.n
      WHEN 21 THEN object.quarantined
      WHEN 22 THEN object.rejected
    END
  FROM (
    SELECT account_id, region, count(*) FILTER (WHERE loaded = 0) AS quarantined, sum(rejected) AS rejected
    FROM (
      SELECT account_id, region, uri, max(CASE WHEN status IN ('loaded', 'pruned') THEN 1 ELSE 0 END) AS loaded, sum(coalesce(rejected, 0)) AS rejected
      FROM invocation_log_object
      WHERE status <> 'skipped'
      GROUP BY 1, 2, 3
    ) AS file
    GROUP BY 1, 2
  ) AS object
  CROSS JOIN label
  WHERE label.n IN (21, 22)
)
SELECT
  label.what,
  line.account_id,
  line.region,
  cast(line.amount AS bigint) AS count,
  label.why
FROM line
JOIN label ON label.n = line.n
WHERE line.amount > 0
ORDER BY label.n, line.account_id NULLS LAST, line.region NULLS LAST
