-- What a pack calls the files of a local copy by: `folder:` and where they lie in the folder that was read, never where that folder lies.
-- A file without AWSLogs/ in its path lies below the outermost folder that was read, else it is known by its name alone.
-- A second file of one place, in another copy, is `folder-2:`.
WITH local_file AS (
  SELECT uri
  FROM (
    SELECT uri FROM {{trail_object}}
    UNION
    SELECT digest_uri FROM {{trail_object}}
    UNION
    SELECT uri FROM {{invocation_log_object}}
    UNION
    SELECT uri FROM {{digest}}
    UNION
    SELECT previous_uri FROM {{digest}}
    UNION
    SELECT uri FROM {{missing_log}}
    UNION
    SELECT digest_uri FROM {{missing_log}}
  ) AS named
  WHERE uri LIKE 'file:%'
),
read_folder AS (
  SELECT source FROM {{listed_range}}
  WHERE source LIKE 'file:%'
  UNION
  SELECT source FROM {{invocation_log_range}}
  WHERE source LIKE 'file:%'
),
other_file AS (
  SELECT local_file.uri, min(length(read_folder.source)) AS above
  FROM local_file
  LEFT JOIN read_folder ON starts_with(local_file.uri, read_folder.source)
  WHERE NOT contains(local_file.uri, '/AWSLogs/')
  GROUP BY local_file.uri
),
below AS (
  SELECT uri, regexp_extract(uri, '.*/(AWSLogs/.*)', 1, 's') AS path
  FROM local_file
  WHERE contains(uri, '/AWSLogs/')
  UNION ALL
  SELECT uri, CASE WHEN above IS NULL THEN regexp_extract(uri, '[^/]*$') ELSE substr(uri, above + 1) END AS path
  FROM other_file
),
numbered AS (
  SELECT uri, url_decode(path) AS path, row_number() OVER (PARTITION BY path ORDER BY uri) AS nth
  FROM below
)
SELECT uri, 'folder' || CASE WHEN nth > 1 THEN '-' || nth ELSE '' END || ':' || path AS place
FROM numbered
