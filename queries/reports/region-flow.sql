-- title: Flow between Regions
-- answers: From which source Region did inference flow to which served Region? A matrix in long form.
-- columns:
--   source_region: Region that was called
--   served_region: Region that ran the inference; null: not known
--   invocations: served invocations, direct calls included
--   share: invocations over the source Region's served invocations with a known served Region, as a fraction; null where not known
WITH flow AS (
  SELECT source_region, served_region, cast(sum(invocations) AS bigint) AS invocations
  FROM invocation_day
  WHERE outcome = 'served'
  GROUP BY 1, 2
)
SELECT
  source_region,
  served_region,
  invocations,
  CASE WHEN served_region IS NULL THEN NULL
    ELSE cast(invocations AS double) / sum(CASE WHEN served_region IS NULL THEN 0 ELSE invocations END) OVER (PARTITION BY source_region)
  END AS share
FROM flow
ORDER BY source_region NULLS LAST, invocations DESC, served_region NULLS LAST
