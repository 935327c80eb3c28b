-- Records of model invocation logs in the staged files: one row for each request is kept, the same whatever the order of loading. Of
-- rows that differ the first by all columns; one that says where the request was served goes before one that does not.
CREATE OR REPLACE TEMP VIEW staged_log AS
SELECT {{log_columns}}
FROM read_parquet([{{files}}]);

CREATE OR REPLACE TEMP TABLE chosen_log AS
WITH stored AS (
  SELECT {{log_columns}}
  FROM invocation_log t
  SEMI JOIN staged_log s
    ON s.request_id = t.request_id AND s.account_id = t.account_id AND s.source_region = t.source_region
), ranked AS (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY account_id, source_region, request_id
      ORDER BY inference_region NULLS LAST, {{log_order}}
    ) AS place
  FROM (
    SELECT * FROM staged_log
    UNION ALL
    SELECT * FROM stored
  ) AS known
)
SELECT {{log_columns}}
FROM ranked
WHERE place = 1;

CREATE OR REPLACE TEMP TABLE former_log AS
SELECT {{log_columns}}
FROM invocation_log t
SEMI JOIN temp.chosen_log c
  ON c.request_id = t.request_id AND c.account_id = t.account_id AND c.source_region = t.source_region;

CREATE OR REPLACE TEMP TABLE changed_log AS
SELECT * FROM temp.chosen_log
EXCEPT
SELECT * FROM temp.former_log;

DELETE FROM temp.former_log f
WHERE NOT EXISTS (
  SELECT 1
  FROM temp.changed_log c
  WHERE c.request_id = f.request_id
    AND c.account_id = f.account_id
    AND c.source_region = f.source_region
);

CREATE OR REPLACE TEMP TABLE log_change AS
WITH owned AS (
  SELECT object_uri, 1 AS change FROM temp.changed_log
  UNION ALL
  SELECT object_uri, -1 FROM temp.former_log
)
SELECT object_uri, sum(change)::BIGINT AS change
FROM owned
GROUP BY object_uri
HAVING sum(change) <> 0;

DELETE FROM invocation_log t
USING temp.former_log f
WHERE f.request_id = t.request_id
  AND f.account_id = t.account_id
  AND f.source_region = t.source_region;

INSERT INTO invocation_log ({{log_columns}})
SELECT {{log_columns}}
FROM temp.changed_log;

-- the invocations that these are about are folded again
CREATE OR REPLACE TEMP TABLE log_touched AS
SELECT DISTINCT i.invocation_key
FROM invocation i
SEMI JOIN temp.changed_log c ON c.invocation_key = i.invocation_key AND c.account_id = i.account_id
