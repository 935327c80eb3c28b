-- The months in which there are calls.
SELECT DISTINCT strftime(event_time, '%Y-%m') AS month
FROM invocation
ORDER BY month
