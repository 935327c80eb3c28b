-- The newest version of each log file that the ledger has of the places asked for.
SELECT
  p.position,
  t.uri,
  arg_max(t.etag, t.loaded_at),
  arg_max(t.status, t.loaded_at),
  arg_max(t.reason, t.loaded_at),
  arg_max(t.sha256, t.loaded_at),
  arg_max(t.flaw, t.loaded_at)
FROM temp.asked_place p
JOIN trail_object t ON t.account_id = p.account_id AND t.region = p.region AND starts_with(t.uri, p.below)
WHERE t.status <> 'skipped'
  AND (p.first_day IS NULL OR t.day >= p.first_day)
  AND (p.last_day IS NULL OR t.day <= p.last_day)
GROUP BY p.position, t.uri
ORDER BY p.position, t.uri
