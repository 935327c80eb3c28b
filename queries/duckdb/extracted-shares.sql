-- The batch is one object of the ledger, cut out of many log files whose names its events keep: what is new in it counts as its own.
-- How much of it stands under which name is kept, for when another object takes these events over.
INSERT INTO extracted_share (object_uri, uri, etag, new_events)
SELECT object_uri, {{uri}}, {{etag}}, change
FROM temp.owner_change
WHERE change > 0;

CREATE OR REPLACE TEMP TABLE extracted_change AS
SELECT {{uri}} AS object_uri, coalesce(sum(change), 0) AS change
FROM temp.owner_change
WHERE change > 0
UNION ALL
SELECT object_uri, change
FROM temp.owner_change
WHERE change < 0;

DROP TABLE temp.owner_change;

ALTER TABLE temp.extracted_change RENAME TO owner_change
