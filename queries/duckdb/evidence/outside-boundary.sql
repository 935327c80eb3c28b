-- Calls that were served in a Region outside the boundary.
SELECT i.* REPLACE (coalesce(p.place, i.object_uri) AS object_uri)
FROM invocation AS i
LEFT JOIN local_place AS p ON p.uri = i.object_uri
WHERE i.outcome = 'served'
  AND i.served_region IS NOT NULL
  AND i.served_region NOT IN (SELECT region FROM boundary)
ORDER BY i.event_time, i.invocation_key
