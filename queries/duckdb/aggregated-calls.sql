-- Adds the counts in temp.aggregated that are not known yet. Of two deliveries the one in the smaller object stays, in any order of loading.
CREATE OR REPLACE TEMP TABLE known_call AS
SELECT * FROM aggregated_call
UNION
SELECT * FROM temp.aggregated;

DELETE FROM aggregated_call
WHERE event_id IN (SELECT event_id FROM temp.aggregated);

INSERT INTO aggregated_call
SELECT *
FROM temp.known_call
WHERE event_id IN (SELECT event_id FROM temp.aggregated)
QUALIFY row_number() OVER (PARTITION BY event_id, event_name ORDER BY object_uri, calls) = 1;

DROP TABLE temp.known_call;
