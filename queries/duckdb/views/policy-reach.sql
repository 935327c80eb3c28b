-- title: What policies allow
-- answers: What a bundle's principals may reach: a report's scope puts it here; without a bundle there is no row
-- columns:
--   profile_id: inference profile; empty in the row that only says that there is a bundle
--   source_region: Region that is called
--   destination_region: Region where it may run; * is any Region
--   allowed: all, some, none of the principals, or cannot-tell
SELECT
  cast(NULL AS varchar) AS profile_id,
  cast(NULL AS varchar) AS source_region,
  cast(NULL AS varchar) AS destination_region,
  cast(NULL AS varchar) AS allowed
FROM region
WHERE 1 = 0
