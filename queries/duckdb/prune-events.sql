-- Calls and events go; since when an account and Region emits completions stays known: later calls are judged by it.
CREATE OR REPLACE TEMP TABLE emitted AS
WITH completion AS (
  SELECT e.account_id, e.source_region, e.event_time AS first_time
  FROM event e
  SEMI JOIN temp.gone g ON g.event_id = e.event_id
  WHERE e.record_kind = 'completion'
    AND e.account_id IS NOT NULL
  UNION ALL
  SELECT account_id, source_region, first_time
  FROM pruned_completion
)
SELECT account_id, source_region, min(first_time) AS first_time
FROM completion
GROUP BY 1, 2;

TRUNCATE pruned_completion;

INSERT INTO pruned_completion
SELECT account_id, source_region, first_time
FROM temp.emitted;

DELETE FROM invocation
WHERE invocation_key IN (SELECT invocation_key FROM temp.doomed);

DELETE FROM event
WHERE event_id IN (SELECT event_id FROM temp.gone);

DELETE FROM aggregated_call
WHERE event_time < {{before}};

DELETE FROM event_variant
WHERE event_id IN (SELECT event_id FROM temp.gone);

DROP TABLE temp.emitted
