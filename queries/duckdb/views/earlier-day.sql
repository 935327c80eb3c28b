-- title: Invocations before the range
-- answers: What ran before the range that was asked for: a report's scope puts it here; without a range nothing lies before it
-- columns:
--   day: start of the day, UTC
--   source_region: Region that was called
--   served_region: Region that ran the inference; null if unknown or not served
--   spilled: served Region known and not the source Region; null if unknown or not served
--   outcome: served, denied, throttled or failed
--   account_id: account of the caller
--   principal: stable identity behind the calls
--   profile_id: inference profile, if the calls named one
--   model: foundation model, null where the identifier hides it
--   invocations: invocations of the row
--   via_profile: of those, served through a profile
--   first_seen: first invocation, UTC
SELECT
  day,
  source_region,
  served_region,
  spilled,
  outcome,
  account_id,
  principal,
  profile_id,
  model,
  invocations,
  via_profile,
  first_seen
FROM invocation_day
WHERE 1 = 0
