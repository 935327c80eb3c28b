-- The events that share their keys with the new ones, once: the fold reads its events several times.
DELETE FROM invocation
WHERE invocation_key IN (SELECT invocation_key FROM temp.touched);

CREATE OR REPLACE TEMP TABLE known_event AS
SELECT {{event_columns}}
FROM event
WHERE invocation_key IN (SELECT invocation_key FROM temp.touched)
