-- First delivery day with an object that no run could read; one that is missing by now is not waited for.
SELECT min(w.day)
FROM {{ledger}} w
WHERE w.status = 'unreadable'
  AND ({{below}})
  AND NOT EXISTS (
    SELECT 1
    FROM {{ledger}} t
    WHERE t.uri = w.uri
      AND t.status <> 'unreadable'
  )
  AND NOT EXISTS (
    SELECT 1
    FROM temp.missing m
    WHERE m.uri = w.uri
  )
