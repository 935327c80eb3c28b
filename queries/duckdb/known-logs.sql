-- The invocation logs of the keys that are folded, once: without them every fold would read the whole table several times.
CREATE OR REPLACE TEMP TABLE known_log AS
SELECT {{log_columns}}
FROM invocation_log
WHERE invocation_key IN ({{keys}})
