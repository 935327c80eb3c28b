-- The keys that the digests of the pack name.
SELECT region, fingerprint, value, valid_from, valid_to
FROM public_key
WHERE fingerprint IN (
  SELECT fingerprint
  FROM (
{{range_digests}}
  ) AS named
)
ORDER BY ALL
