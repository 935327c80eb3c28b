-- How many rows stand only in the table, or only among those that are to replace them.
SELECT count(*)
FROM (
  (
    SELECT {{columns}}
    FROM {{table}}
    WHERE {{replaced}}
    EXCEPT
    SELECT {{columns}}
    FROM temp.replacement
  )
  UNION ALL
  (
    SELECT {{columns}}
    FROM temp.replacement
    EXCEPT
    SELECT {{columns}}
    FROM {{table}}
    WHERE {{replaced}}
  )
)
