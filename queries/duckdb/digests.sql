-- The judgements on the digests of the places that were checked, in place of those before.
DELETE FROM digest d
USING temp.checked_place p
WHERE d.body IS NULL
  AND d.account_id = p.account_id
  AND d.region = p.region
  AND starts_with(d.uri, p.below)
  AND (p.since IS NULL OR d.ends_at > p.since);

DELETE FROM digest
WHERE uri IN (SELECT uri FROM temp.checked_digest);

INSERT INTO digest ({{columns}})
SELECT {{columns}}
FROM temp.checked_digest
