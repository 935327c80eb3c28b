-- The different values that a cover depends on.
SELECT DISTINCT
  {{expressions}}
FROM {{table}} t
WHERE {{column}} IS NOT NULL
