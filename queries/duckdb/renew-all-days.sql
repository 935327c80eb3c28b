-- All days anew: none of them is left as it was.
TRUNCATE invocation_day;

INSERT INTO invocation_day ({{columns}})
{{days}};

DELETE FROM stale_day
