-- Log files of the days that a digest lists and that were not there.
SELECT
  coalesce(p.place, m.uri) AS uri,
  m.account_id,
  m.region,
  m.day,
  m.verdict,
  m.reason,
  coalesce(d.place, m.digest_uri) AS digest_uri,
  m.listed_hash
FROM missing_log AS m
LEFT JOIN local_place AS p ON p.uri = m.uri
LEFT JOIN local_place AS d ON d.uri = m.digest_uri
WHERE m.day IS NULL
  OR (m.day >= {{first}} AND m.day <= {{last}})
ORDER BY ALL
