-- The figures of the summary, over the invocations of the range.
SELECT
  count(*) AS invocations,
  count(CASE WHEN outcome = 'served' THEN 1 END) AS served,
  count(CASE WHEN outcome = 'served' AND served_region NOT IN (SELECT region FROM boundary) THEN 1 END) AS outside,
  count(CASE WHEN outcome = 'served' AND served_region IS NULL THEN 1 END) AS unknown_region,
  count(CASE WHEN outcome = 'served' AND spilled THEN 1 END) AS spilled,
  count(CASE WHEN outcome = 'denied' THEN 1 END) AS denied,
  count(CASE WHEN outcome = 'throttled' THEN 1 END) AS throttled,
  count(CASE WHEN outcome = 'failed' THEN 1 END) AS failed,
  count(CASE WHEN outcome = 'served' AND region_evidence = 'invocation-log' THEN 1 END) AS by_invocation_log
FROM invocation
