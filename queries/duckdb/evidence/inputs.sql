-- The ledger without the runs and their clocks: reading the same logs again gives the same rows. A local file's ETag is the time of its copy.
SELECT
  coalesce(p.place, o.uri) AS uri,
  CASE WHEN p.place IS NULL THEN o.etag END AS etag,
  o.version_id,
  o.size,
  o.status,
  CASE WHEN p.place IS NULL THEN o.reason ELSE replace(o.reason, url_decode(substr(o.uri, 8)), p.place) END AS reason,
  o.account_id,
  o.region,
  o.day,
  o.records,
  o.bedrock_events,
  o.other,
  o.rejected,
  o.sha256,
  o.sha256_object,
  o.flaw,
  o.digest_verdict,
  o.digest_reason,
  coalesce(d.place, o.digest_uri) AS digest_uri
FROM trail_object AS o
LEFT JOIN local_place AS p ON p.uri = o.uri
LEFT JOIN local_place AS d ON d.uri = o.digest_uri
ORDER BY ALL
