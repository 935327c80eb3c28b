-- The rows of the table that somebody outside says anew.
DELETE FROM {{table}}
WHERE {{replaced}};

INSERT INTO {{table}} ({{columns}})
SELECT DISTINCT {{columns}}
FROM temp.replacement
