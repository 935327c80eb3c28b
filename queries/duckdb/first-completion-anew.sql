-- The same where completions were replaced, one of which may have been the first: only all of them know the next.
CREATE OR REPLACE TEMP TABLE moved AS
WITH completion AS (
  SELECT account_id, source_region, event_time FROM event WHERE record_kind = 'completion'
  UNION ALL
  SELECT account_id, source_region, event_time FROM incoming WHERE record_kind = 'completion'
  UNION ALL
  SELECT account_id, source_region, first_time FROM pruned_completion
), found AS (
  SELECT account_id, source_region, min(event_time) AS first_time
  FROM completion
  WHERE account_id IS NOT NULL
  GROUP BY 1, 2
)
SELECT
  coalesce(n.account_id, o.account_id) AS account_id,
  coalesce(n.source_region, o.source_region) AS source_region,
  n.first_time,
  least(n.first_time, o.first_time) AS since
FROM found n
FULL JOIN first_completion o ON o.account_id = n.account_id AND o.source_region = n.source_region
WHERE n.first_time IS DISTINCT FROM o.first_time
