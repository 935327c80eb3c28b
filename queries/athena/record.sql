-- The relation cloudtrail_record over Spillway's own table or over one that is there already (AWS's console and documentation name the
-- columns alike). {{where}} narrows the partitions, which bounds what is scanned and paid for; it may be empty.
SELECT t.*, t."$path" AS object_uri
FROM {{table}} AS t
{{where}}
