-- How many digests are judged otherwise than before, and how many that were missed are no longer expected.
WITH checked AS (
  SELECT uri, verdict, reason, signature_source, sha256
  FROM temp.checked_digest
), known AS (
  SELECT uri, verdict, reason, signature_source, sha256
  FROM digest
), missed AS (
  SELECT DISTINCT d.uri, d.verdict, d.reason, d.signature_source, d.sha256
  FROM digest d
  JOIN temp.checked_place p
    ON d.account_id = p.account_id
    AND d.region = p.region
    AND starts_with(d.uri, p.below)
    AND (p.since IS NULL OR d.ends_at > p.since)
  WHERE d.body IS NULL
)
SELECT
  (SELECT count(*) FROM (FROM checked EXCEPT FROM known))
  + (SELECT count(*) FROM (FROM missed EXCEPT FROM checked))
