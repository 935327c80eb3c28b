-- title: The boundary that was named
-- answers: Which Regions are approved: a report's scope puts them here; without one no boundary is named, and there is no row
-- columns:
--   region: approved Region
SELECT region
FROM region
WHERE 1 = 0
