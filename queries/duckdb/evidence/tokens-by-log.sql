-- Of each call with a count of tokens that CloudTrail does not state: the counts that a model invocation log alone states, and which
-- record of which object.
SELECT
  i.invocation_key,
  i.account_id,
  i.input_tokens,
  i.output_tokens,
  i.cache_read_tokens,
  i.cache_write_tokens,
  coalesce(p.place, i.object_uri) AS object_uri,
  i.record_index
FROM (
  SELECT
    i.event_time,
    i.invocation_key,
    i.account_id,
    l.object_uri,
    l.record_index,
    CASE WHEN e.input_tokens IS NULL THEN i.input_tokens END AS input_tokens,
    CASE WHEN e.output_tokens IS NULL THEN i.output_tokens END AS output_tokens,
    CASE WHEN e.cache_read_tokens IS NULL THEN i.cache_read_tokens END AS cache_read_tokens,
    CASE WHEN e.cache_write_tokens IS NULL THEN i.cache_write_tokens END AS cache_write_tokens
  FROM invocation AS i
  JOIN {{invocation_log}} AS l
    ON l.invocation_key = i.invocation_key
    AND l.account_id = i.account_id
  LEFT JOIN (
    SELECT
      invocation_key,
      max(input_tokens) AS input_tokens,
      max(output_tokens) AS output_tokens,
      max(cache_read_tokens) AS cache_read_tokens,
      max(cache_write_tokens) AS cache_write_tokens
    FROM {{event}}
    WHERE invocation_key IN (SELECT invocation_key FROM {{invocation_log}})
    GROUP BY invocation_key
  ) AS e ON e.invocation_key = i.invocation_key
) AS i
LEFT JOIN local_place AS p ON p.uri = i.object_uri
WHERE coalesce(i.input_tokens, i.output_tokens, i.cache_read_tokens, i.cache_write_tokens) IS NOT NULL
ORDER BY i.event_time, i.invocation_key
