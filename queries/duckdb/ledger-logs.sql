-- The newest version of each log file of the ledger.
SELECT
  uri,
  arg_max(etag, loaded_at),
  arg_max(status, loaded_at),
  arg_max(reason, loaded_at),
  arg_max(sha256, loaded_at),
  arg_max(flaw, loaded_at)
FROM trail_object
WHERE status <> 'skipped'
  AND {{conditions}}
GROUP BY uri
ORDER BY uri
