-- The digests of the pack, each with its body as it is stored.
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
{{range_digests}}
) AS found
LEFT JOIN local_place AS p ON p.uri = found.uri
LEFT JOIN local_place AS b ON b.uri = found.previous_uri
ORDER BY account_id, region, trail, kind, ends_at, 1
