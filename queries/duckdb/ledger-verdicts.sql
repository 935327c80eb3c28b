-- The ledger's rows whose verdict is another one now.
UPDATE trail_object t
SET
  digest_verdict = v.verdict,
  digest_reason = v.reason,
  digest_uri = v.digest_uri
FROM temp.verdict v
WHERE t.uri = v.uri
  AND t.etag = v.etag
  AND (
    t.digest_verdict IS DISTINCT FROM v.verdict
    OR t.digest_reason IS DISTINCT FROM v.reason
    OR t.digest_uri IS DISTINCT FROM v.digest_uri
  )
