-- Digests of the days, and whatever else vouches for their log files: the last hour of a day is in a digest of the next.
SELECT
  coalesce(p.place, found.uri) AS uri,
  account_id,
  region,
  day,
  trail,
  kind,
  verdict,
  reason,
  signature,
  signature_source,
  fingerprint,
  coalesce(b.place, previous_uri) AS previous_uri,
  sha256,
  log_files,
  body
FROM (
  SELECT *
  FROM digest
  WHERE (day >= {{first}} AND ends_at < {{end}})
    OR uri IN (SELECT digest_uri FROM trail_object)
) AS found
LEFT JOIN local_place AS p ON p.uri = found.uri
LEFT JOIN local_place AS b ON b.uri = found.previous_uri
ORDER BY account_id, region, trail, kind, ends_at, 1
