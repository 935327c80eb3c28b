-- The ledger's columns, made of the table of raw records: what a query over all of it can see of the log files. An empty log file
-- has no record and so no row here; nor can a query see what is quarantined: one broken file fails it.
SELECT
  object_uri AS uri,
  cast(NULL AS varchar) AS etag,
  cast(NULL AS bigint) AS size,
  'loaded' AS status,
  cast(NULL AS varchar) AS reason,
  nullif(regexp_extract(object_uri, '/([0-9]{12})/CloudTrail/([a-z0-9-]+)/([0-9]{4})/([0-9]{2})/([0-9]{2})/', 1), '') AS account_id,
  nullif(regexp_extract(object_uri, '/([0-9]{12})/CloudTrail/([a-z0-9-]+)/([0-9]{4})/([0-9]{2})/([0-9]{2})/', 2), '') AS region,
  nullif(regexp_extract(object_uri, '/([0-9]{12})/CloudTrail/([a-z0-9-]+)/([0-9]{4})/([0-9]{2})/([0-9]{2})/', 3), '')
    || '-' || nullif(regexp_extract(object_uri, '/([0-9]{12})/CloudTrail/([a-z0-9-]+)/([0-9]{4})/([0-9]{2})/([0-9]{2})/', 4), '')
    || '-' || nullif(regexp_extract(object_uri, '/([0-9]{12})/CloudTrail/([a-z0-9-]+)/([0-9]{4})/([0-9]{2})/([0-9]{2})/', 5), '') AS day,
  count(*) AS records,
  count(*) FILTER (WHERE eventsource IN ('bedrock.amazonaws.com', 'bedrock-mantle.amazonaws.com')) AS bedrock_events,
  cast(NULL AS bigint) AS new_events,
  cast(NULL AS bigint) AS duplicates,
  cast(NULL AS bigint) AS rejected,
  count(*) FILTER (WHERE eventsource NOT IN ('bedrock.amazonaws.com', 'bedrock-mantle.amazonaws.com')) AS other,
  cast(NULL AS varchar) AS run_id,
  cast(NULL AS timestamp) AS loaded_at,
  cast(NULL AS varchar) AS sha256,
  cast(NULL AS varchar) AS sha256_object,
  cast(NULL AS varchar) AS flaw,
  cast(NULL AS varchar) AS digest_verdict,
  cast(NULL AS varchar) AS digest_reason,
  cast(NULL AS varchar) AS digest_uri,
  cast(NULL AS varchar) AS version_id
FROM cloudtrail_record
GROUP BY object_uri
