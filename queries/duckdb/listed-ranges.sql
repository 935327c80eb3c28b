-- The ranges of the accounts and Regions that were listed, in place of those before.
DELETE FROM {{ranges}} t
USING temp.listed_now n
WHERE t.source = n.source
  AND t.account_id = n.account_id
  AND t.region = n.region;

INSERT INTO {{ranges}} ({{columns}})
SELECT {{columns}}
FROM temp.listed_now;

DROP TABLE temp.listed_now
