-- title: Boundary violations
-- answers: What ran outside the boundary, and who sent it there?
-- needs: boundary
-- columns:
--   served_region: Region outside the boundary that ran the inference
--   country: its country, ISO 3166-1 alpha-2; null if the Region is not in the reference data
--   principal: stable identity behind the calls
--   account_id: account of the caller
--   profile_id: inference profile; null for direct calls
--   invocations: served invocations
--   first_seen: first invocation, UTC
--   last_seen: last invocation, UTC
--
-- No row here is a promise only together with the reports unobservable and coverage: an unknown served Region is not a violation, and no proof.
WITH flow AS (
  SELECT
    served_region,
    principal,
    account_id,
    profile_id,
    cast(sum(invocations) AS bigint) AS invocations,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen
  FROM invocation_day
  WHERE served_region IS NOT NULL
  GROUP BY 1, 2, 3, 4
)
SELECT
  flow.served_region,
  region.country,
  flow.principal,
  flow.account_id,
  flow.profile_id,
  flow.invocations,
  flow.first_seen,
  flow.last_seen
FROM flow
LEFT JOIN region ON region.region = flow.served_region
WHERE NOT EXISTS (SELECT 1 FROM boundary WHERE boundary.region = flow.served_region)
ORDER BY flow.invocations DESC, flow.served_region, flow.principal NULLS LAST, flow.account_id NULLS LAST, flow.profile_id NULLS LAST
