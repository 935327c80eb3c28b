-- Of each call whose served Region a model invocation log alone states: which record of which object. A log may be a moment older or
-- younger than its call, so the range holds for the calls alone.
SELECT
  i.invocation_key,
  i.account_id,
  i.inference_region,
  coalesce(p.place, i.object_uri) AS object_uri,
  i.record_index
FROM (
  SELECT i.event_time, i.invocation_key, i.account_id, l.inference_region, l.object_uri, l.record_index
  FROM invocation AS i
  JOIN {{invocation_log}} AS l
    ON l.invocation_key = i.invocation_key
    AND l.account_id = i.account_id
  WHERE i.region_evidence = 'invocation-log'
) AS i
LEFT JOIN local_place AS p ON p.uri = i.object_uri
ORDER BY i.event_time, i.invocation_key
