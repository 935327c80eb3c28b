-- The verdicts on log files that the ledger has: the hash that was read decides, for each version of an object.
CREATE OR REPLACE TEMP TABLE verdict AS
SELECT
  t.uri,
  t.etag,
  j.digest_uri,
  CASE
    WHEN t.sha256 = j.listed_hash THEN 'valid'
    WHEN t.sha256 <> j.listed_hash THEN 'invalid'
    ELSE j.verdict
  END AS verdict,
  CASE
    WHEN t.sha256 = j.listed_hash THEN NULL
    WHEN t.sha256 <> j.listed_hash THEN 'hash'
    ELSE j.reason
  END AS reason
FROM temp.checked_log j
JOIN trail_object t ON t.uri = j.uri AND t.status <> 'skipped'
