-- Objects of model invocation logs of the days of the range, and those that hold the log of a call; not the files of prompts beside
-- them, which are skipped by their name.
SELECT found.* REPLACE (
  coalesce(p.place, found.uri) AS uri,
  CASE WHEN p.place IS NULL THEN found.etag END AS etag,
  CASE WHEN p.place IS NULL THEN found.reason ELSE replace(found.reason, url_decode(substr(found.uri, 8)), p.place) END AS reason
)
FROM (
  SELECT uri, etag, size, status, reason, account_id, region, day, records, kept, other, rejected
  FROM invocation_log_object
  WHERE status <> 'skipped'
  UNION
  SELECT uri, etag, size, status, reason, account_id, region, day, records, kept, other, rejected
  FROM {{invocation_log_object}}
  WHERE status <> 'skipped'
    AND uri IN (
      SELECT l.object_uri
      FROM invocation AS i
      JOIN {{invocation_log}} AS l
        ON l.invocation_key = i.invocation_key
        AND l.account_id = i.account_id
    )
) AS found
LEFT JOIN local_place AS p ON p.uri = found.uri
ORDER BY ALL
