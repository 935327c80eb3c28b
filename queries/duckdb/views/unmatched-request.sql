-- title: Unmatched requests
-- answers: Which requests do only the trail or only the invocation logs know?
-- columns:
--   kind: call-without-log or log-without-call
--   account_id: account of the caller
--   source_region: Region that was called
--   event_time: time of the call, or the one in the log, UTC
--   request_id: request identifier
--   operation: inference operation
--   model_id: model identifier as the caller sent it
--   principal: stable identity behind the call; null for a log, which names only the session
--   principal_name: its short name
--
-- Bedrock logs four operations, where logging is switched on: an account and Region is judged from its first log on, up to the last day
-- that was listed to its end, or to its newest log. Of calls that were not served nobody promises a log.
WITH logged AS (
  SELECT account_id, source_region, min(event_time) AS first_time, max(event_time) AS last_time
  FROM invocation_log
  GROUP BY 1, 2
), listed AS (
  SELECT account_id, region, max(try_cast(last_day AS date)) + INTERVAL 1 DAY AS listed_to
  FROM invocation_log_range
  GROUP BY 1, 2
), term AS (
  SELECT
    logged.account_id,
    logged.source_region,
    logged.first_time,
    greatest(logged.last_time, coalesce(listed.listed_to - INTERVAL 1 MICROSECOND, logged.last_time)) AS last_time
  FROM logged
  LEFT JOIN listed ON listed.account_id = logged.account_id AND listed.region = logged.source_region
)
SELECT
  'call-without-log' AS kind,
  i.account_id,
  i.source_region,
  i.event_time,
  i.request_id,
  i.operation,
  i.model_id,
  i.principal,
  i.principal_name
FROM invocation i
JOIN term ON term.account_id = i.account_id AND term.source_region = i.source_region
LEFT JOIN invocation_log l ON l.invocation_key = i.invocation_key AND l.account_id = i.account_id
WHERE i.outcome = 'served'
  AND i.operation IN ('Converse', 'ConverseStream', 'InvokeModel', 'InvokeModelWithResponseStream')
  AND i.event_time BETWEEN term.first_time AND term.last_time
  AND l.request_id IS NULL
UNION ALL
SELECT
  'log-without-call',
  l.account_id,
  l.source_region,
  l.event_time,
  l.request_id,
  l.operation,
  l.model_id,
  NULL,
  NULL
FROM invocation_log l
LEFT JOIN invocation i ON i.invocation_key = l.invocation_key AND i.account_id = l.account_id
WHERE i.invocation_key IS NULL
