-- What was listed, as far as it says something of the days: what was listed since is not an input of them.
SELECT DISTINCT
  account_id,
  region,
  greatest(coalesce(first_day, ''), {{first}}) AS first_day,
  least(last_day, {{last}}) AS last_day
FROM listed_range
WHERE last_day >= {{first}}
  AND (first_day IS NULL OR first_day <= {{last}})
