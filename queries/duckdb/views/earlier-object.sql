-- title: Log files before the range
-- answers: Which log files were delivered on days before the range that was asked for: a report's scope puts them here; without a range there are none
-- columns:
--   uri: trail object
--   status: loaded, skipped, quarantined, unreadable or pruned
--   account_id: account folder the object lies in
--   region: Region folder the object lies in
--   day: delivery day, YYYY-MM-DD
SELECT
  uri,
  status,
  account_id,
  region,
  day
FROM trail_object
WHERE 1 = 0
