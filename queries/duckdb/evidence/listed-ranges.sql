-- All that was ever listed.
SELECT account_id, region, first_day, last_day
FROM listed_range
ORDER BY ALL
