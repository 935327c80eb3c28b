-- The judgements on the digests of a place, in place of those before.
DELETE FROM digest
WHERE body IS NULL AND {{here}} AND {{later}}
  OR uri IN (SELECT uri FROM temp.checked_digest);

INSERT INTO digest ({{columns}})
SELECT {{columns}}
FROM temp.checked_digest
