-- A table of the protected copy, with a stand-in wherever a person stood.
TRUNCATE {{copy}};

INSERT INTO {{copy}} ({{columns}})
SELECT
  {{values}}
FROM {{original}} t
{{joins}}
