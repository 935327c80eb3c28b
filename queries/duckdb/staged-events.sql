-- The files of a batch as one view, and the eventIDs among them that are not new: twice in the batch, or in `event` already.
CREATE OR REPLACE TEMP VIEW staged AS
SELECT {{event_columns}}, filename, file_row_number
FROM read_parquet([{{files}}], filename = true, file_row_number = true);

CREATE OR REPLACE TEMP TABLE clash AS
SELECT event_id
FROM staged
GROUP BY event_id
HAVING count(*) > 1
UNION
SELECT s.event_id
FROM staged s
SEMI JOIN event e ON e.event_id = s.event_id;

CREATE OR REPLACE TEMP TABLE touched (invocation_key VARCHAR)
