-- Every eventID of the batch is new: the view `incoming` is what is staged, and its objects own all of it.
CREATE OR REPLACE TEMP VIEW incoming AS
SELECT {{event_columns}}
FROM staged;

CREATE OR REPLACE TEMP TABLE owner_change AS
SELECT object_uri, count(*) AS change
FROM staged
GROUP BY object_uri
