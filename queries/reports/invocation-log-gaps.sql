-- title: Invocation log gaps
-- answers: Which calls have no invocation log, and which invocation logs have no call in the trail?
-- columns:
--   account_id: account of the caller
--   region: Region that was called
--   day: day of the call, or of the log, YYYY-MM-DD, UTC
--   kind: call-without-log (served, of an operation that Bedrock logs, and no invocation log was loaded); log-without-call (no trail that was loaded has the request)
--   count: requests
--
-- An account and Region without any invocation log is not judged: logging is off unless it was switched on. The others are judged from
-- their first log to the last day that was listed to its end, else to their newest log. Principals are known only of calls.
SELECT
  account_id,
  source_region AS region,
  cast(cast(event_time AS date) AS varchar) AS day,
  kind,
  count(*) AS count
FROM unmatched_request
GROUP BY account_id, source_region, cast(event_time AS date), kind
ORDER BY account_id, source_region, cast(event_time AS date), kind
