-- The profiles of the Regions where any is called: elsewhere nothing could drift, and nobody was denied.
SELECT
  profile_id,
  source_region,
  destination_region,
  model,
  as_of,
  source
FROM inference_profile
WHERE source_region IN (
  SELECT source_region
  FROM invocation_day
  WHERE profile_id IS NOT NULL
)
ORDER BY 1, 2, 3
