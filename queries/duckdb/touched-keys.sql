-- Keys of the batch that invocations have already.
INSERT INTO temp.touched
SELECT s.invocation_key
FROM incoming s
SEMI JOIN invocation i ON i.invocation_key = s.invocation_key
