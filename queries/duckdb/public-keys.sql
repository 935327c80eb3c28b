-- The keys that digests were checked with.
DELETE FROM public_key p
USING temp.used_key u
WHERE p.fingerprint = u.fingerprint
  AND p.region IS NOT DISTINCT FROM u.region;

INSERT INTO public_key ({{columns}})
SELECT DISTINCT {{columns}}
FROM temp.used_key;

DROP TABLE temp.used_key
