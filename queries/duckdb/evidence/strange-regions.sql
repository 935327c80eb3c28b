-- Regions that served and that the reference data does not know: whatever the boundary, they are outside.
SELECT DISTINCT served_region
FROM invocation_day
WHERE served_region IS NOT NULL
  AND served_region NOT IN (SELECT region FROM region)
ORDER BY served_region
