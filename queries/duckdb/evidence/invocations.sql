-- Calls in the order of their time; the key makes it total.
SELECT i.* REPLACE (coalesce(p.place, i.object_uri) AS object_uri)
FROM invocation AS i
LEFT JOIN local_place AS p ON p.uri = i.object_uri
ORDER BY i.event_time, i.invocation_key
