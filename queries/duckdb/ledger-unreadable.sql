-- Every run tries an object again that could not be read: what comes of it stands in place of the failure before.
DELETE FROM quarantine q
USING trail_object t, temp.entry e
WHERE t.uri = e.uri
  AND t.status = 'unreadable'
  AND q.uri = t.uri
  AND q.etag = t.etag;

DELETE FROM trail_object t
USING temp.entry e
WHERE t.uri = e.uri
  AND t.status = 'unreadable'
