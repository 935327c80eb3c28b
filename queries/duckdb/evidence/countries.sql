-- Countries that inference was called in and processed in; the safeguard is for the reader to fill in.
WITH adequacy AS (
  SELECT country, adequacy_decision, adequacy_scope
  FROM (VALUES
{{decisions}}
) AS t (country, adequacy_decision, adequacy_scope)
)
SELECT
  source.country AS source_country,
  served.country AS served_country,
  served.country_name AS served_country_name,
  served.eu_member,
  served.eea_member,
  adequacy.adequacy_decision,
  adequacy.adequacy_scope,
  cast(sum(flow.invocations) AS bigint) AS invocations,
  min(flow.first_seen) AS first_seen,
  max(flow.last_seen) AS last_seen,
  cast(NULL AS varchar) AS safeguard,
  CASE
    WHEN flow.served_region IS NULL THEN 'the served Region is not known'
    WHEN served.region IS NULL THEN flow.served_region || ' is not in the reference data: taken as outside'
  END AS note
FROM invocation_day AS flow
LEFT JOIN region AS source ON source.region = flow.source_region
LEFT JOIN region AS served ON served.region = flow.served_region
LEFT JOIN adequacy ON adequacy.country = served.country
WHERE flow.outcome = 'served'
GROUP BY 1, 2, 3, 4, 5, 6, 7, 12
ORDER BY ALL
