-- title: Inside and outside each boundary by day
-- answers: How many calls ran inside and outside each boundary of the table boundary, day by day (UTC)?
-- columns:
--   boundary: name of the boundary
--   bucket: day, UTC
--   invocations: served invocations: inside, outside and unknown together
--   inside: of those, served in a Region of the boundary
--   outside: of those, served in a Region that is not in the boundary
--   unknown: of those, with an unknown served Region: neither inside nor outside
--
-- The view of the report boundary-timeline, for every boundary at once: choose one with WHERE boundary = 'eu'.
WITH part AS (
  SELECT day, served_region, sum(invocations) AS invocations
  FROM invocation_day
  WHERE outcome = 'served'
  GROUP BY 1, 2
), named AS (
  SELECT DISTINCT name
  FROM boundary
), placed AS (
  SELECT
    named.name,
    part.day,
    part.invocations,
    CASE
      WHEN part.served_region IS NULL THEN 'unknown'
      WHEN boundary.region IS NULL THEN 'outside'
      ELSE 'inside'
    END AS place
  FROM named
  CROSS JOIN part
  LEFT JOIN boundary ON boundary.name = named.name AND boundary.region = part.served_region
)
SELECT
  name AS boundary,
  day AS bucket,
  cast(sum(invocations) AS bigint) AS invocations,
  cast(sum(CASE WHEN place = 'inside' THEN invocations ELSE 0 END) AS bigint) AS inside,
  cast(sum(CASE WHEN place = 'outside' THEN invocations ELSE 0 END) AS bigint) AS outside,
  cast(sum(CASE WHEN place = 'unknown' THEN invocations ELSE 0 END) AS bigint) AS unknown
FROM placed
GROUP BY 1, 2
ORDER BY 1, 2 NULLS LAST
