-- Digests of the days, and whatever else vouches for their log files: the last hour of a day is in a digest of the next.
SELECT *
FROM digest
WHERE (day >= {{first}} AND ends_at < {{end}})
  OR uri IN (SELECT digest_uri FROM trail_object)
