-- How many digests are judged otherwise than before, and how many that were missed are no longer expected.
WITH judged AS (
  SELECT uri, verdict, reason, signature_source, sha256
  FROM temp.judged_digest
), known AS (
  SELECT uri, verdict, reason, signature_source, sha256
  FROM digest
), missed AS (
  SELECT uri, verdict, reason, signature_source, sha256
  FROM digest
  WHERE body IS NULL
    AND {{here}}
    AND {{later}}
)
SELECT
  (SELECT count(*) FROM (FROM judged EXCEPT FROM known))
  + (SELECT count(*) FROM (FROM missed EXCEPT FROM judged))
