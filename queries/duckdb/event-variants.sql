-- The contents that lost, for every contested eventID.
DELETE FROM event_variant
WHERE event_id IN (SELECT event_id FROM temp.contested);

INSERT INTO event_variant ({{event_columns}})
SELECT {{event_columns}}
FROM temp.contest
WHERE n > 1
