-- Listed objects, as two lists of texts in one JSON text: a call into DuckDB for each cell costs more than the comparison.
CREATE OR REPLACE TEMP TABLE candidate AS
WITH given AS (
  SELECT from_json($1, '["VARCHAR[]"]') AS texts
)
SELECT
  unnest(range(len(texts[1]))) AS place,
  unnest(texts[1]) AS uri,
  unnest(texts[2]) AS etag
FROM given
