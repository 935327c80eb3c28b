-- Objects that were looked at once, lie in what was listed, and were not listed now.
CREATE OR REPLACE TEMP TABLE missing AS
SELECT
  uri,
  max_by(etag, loaded_at) AS etag,
  coalesce(max(day), strftime(max(loaded_at), '%Y-%m-%d')) AS day
FROM {{ledger}}
WHERE status <> 'skipped'
  AND ({{listed}})
  AND NOT ({{except}})
  AND hash(uri) NOT IN (SELECT h FROM temp.listed)
GROUP BY uri
