-- title: Inside and outside the boundary by day
-- answers: How many calls ran inside and outside the boundary, day by day (UTC)?
-- needs: boundary
-- columns:
--   bucket: day, UTC
--   invocations: served invocations: inside, outside and unknown together
--   inside: of those, served in a Region of the boundary
--   outside: of those, served in a Region that is not in the boundary
--   unknown: of those, with an unknown served Region: neither inside nor outside
--
-- Cheap over any number of invocations: invocation_day has one row for each group of a day, and the report adds up these.
WITH part AS (
  SELECT day, served_region, sum(invocations) AS invocations
  FROM invocation_day
  WHERE outcome = 'served'
  GROUP BY 1, 2
), approved AS (
  SELECT DISTINCT region FROM boundary
), placed AS (
  SELECT
    part.day,
    part.invocations,
    CASE
      WHEN part.served_region IS NULL THEN 'unknown'
      WHEN approved.region IS NULL THEN 'outside'
      ELSE 'inside'
    END AS place
  FROM part
  LEFT JOIN approved ON approved.region = part.served_region
)
SELECT
  day AS bucket,
  cast(sum(invocations) AS bigint) AS invocations,
  cast(sum(CASE WHEN place = 'inside' THEN invocations ELSE 0 END) AS bigint) AS inside,
  cast(sum(CASE WHEN place = 'outside' THEN invocations ELSE 0 END) AS bigint) AS outside,
  cast(sum(CASE WHEN place = 'unknown' THEN invocations ELSE 0 END) AS bigint) AS unknown
FROM placed
GROUP BY 1
ORDER BY 1 NULLS LAST
