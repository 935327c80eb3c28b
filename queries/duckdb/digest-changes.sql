-- How many digests are judged otherwise than before, and how many that were missed are no longer expected.
WITH checked AS (
  SELECT uri, verdict, reason, signature_source, sha256
  FROM temp.checked_digest
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
  (SELECT count(*) FROM (FROM checked EXCEPT FROM known))
  + (SELECT count(*) FROM (FROM missed EXCEPT FROM checked))
