-- The days of these invocations have to be computed anew.
INSERT INTO stale_day (day)
SELECT DISTINCT date_trunc('day', event_time)
FROM {{source}}
EXCEPT
SELECT day
FROM stale_day
