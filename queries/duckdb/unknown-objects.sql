-- The places of the candidates that the ledger does not know in this version, and whether another version was loaded before. The
-- bounds of the names let DuckDB skip the parts of a large ledger that cannot match.
WITH bound AS (
  SELECT min(uri) AS low, max(uri) AS high
  FROM temp.candidate
), seen AS (
  SELECT
    c.place,
    bool_or(t.etag = c.etag AND t.status <> 'unreadable') AS same,
    -- what was pruned without a reason of its own had been loaded
    bool_or(t.status = 'loaded' OR (t.status = 'pruned' AND t.reason IS NULL)) AS loaded
  FROM {{ledger}} t
  JOIN temp.candidate c ON c.uri = t.uri
  WHERE t.uri >= (SELECT low FROM bound)
    AND t.uri <= (SELECT high FROM bound)
  GROUP BY c.place
)
SELECT c.place, coalesce(s.loaded, false)
FROM temp.candidate c
LEFT JOIN seen s ON s.place = c.place
WHERE NOT coalesce(s.same, false)
ORDER BY c.place
