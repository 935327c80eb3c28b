-- Accounts and Regions that the ledger has below what was listed.
SELECT DISTINCT
  account_id,
  region
FROM {{ledger}}
WHERE ({{below}})
  AND NOT ({{except}})
  AND {{conditions}}
