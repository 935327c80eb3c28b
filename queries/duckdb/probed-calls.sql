-- What the warehouse knows of the calls of a probe, and how many completions each has.
SELECT
  i.request_id,
  i.outcome,
  i.served_region,
  i.region_evidence,
  i.streaming,
  i.principal,
  i.error_code,
  i.denied_region,
  i.denied_by,
  i.denied_policy_arn,
  coalesce(c.completions, 0) AS completions
FROM invocation AS i
LEFT JOIN (
  SELECT invocation_key, count(*) AS completions
  FROM event
  WHERE record_kind = 'completion'
  GROUP BY invocation_key
) AS c ON c.invocation_key = i.invocation_key
WHERE i.invocation_key IN ({{keys}})
