-- The accounts and Regions whose first completion moves to an earlier time with the view `incoming`.
CREATE OR REPLACE TEMP TABLE moved AS
WITH found AS (
  SELECT account_id, source_region, min(event_time) AS first_time
  FROM incoming
  WHERE record_kind = 'completion'
    AND account_id IS NOT NULL
  GROUP BY 1, 2
)
SELECT n.account_id, n.source_region, n.first_time, n.first_time AS since
FROM found n
LEFT JOIN first_completion o ON o.account_id = n.account_id AND o.source_region = n.source_region
WHERE o.first_time IS NULL
  OR n.first_time < o.first_time
