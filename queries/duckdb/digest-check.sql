-- What reports read of the digests.
DELETE FROM digest_check;

INSERT INTO digest_check (account_id, region, day, kind, verdict, reason, files)
SELECT account_id, region, day, 'digest', verdict, reason, count(*)
FROM digest
GROUP BY ALL
UNION ALL
SELECT account_id, region, day, 'log', verdict, reason, count(*)
FROM missing_log
GROUP BY ALL
ORDER BY ALL
