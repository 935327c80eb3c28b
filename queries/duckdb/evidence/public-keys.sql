-- The keys that the digests of the pack name.
SELECT region, fingerprint, value, valid_from, valid_to
FROM public_key
WHERE fingerprint IN (
  SELECT fingerprint
  FROM digest
  WHERE (day >= {{first}} AND ends_at < {{end}})
    OR uri IN (SELECT digest_uri FROM trail_object)
)
ORDER BY ALL
