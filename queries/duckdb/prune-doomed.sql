-- The calls that go, remembered for as long as a record of theirs may still come: it must not stand as a call of its own. A call's
-- records lie within a day.
CREATE OR REPLACE TEMP TABLE doomed AS
SELECT i.invocation_key, i.event_time
FROM invocation i
WHERE i.event_time < {{before}}
  OR (
    i.event_time < {{before}} + INTERVAL 1 DAY
    AND i.invocation_key IN (SELECT invocation_key FROM pruned_invocation)
  );

INSERT INTO pruned_invocation
SELECT invocation_key, event_time
FROM temp.doomed
WHERE invocation_key NOT IN (SELECT invocation_key FROM pruned_invocation);

DELETE FROM pruned_invocation
WHERE event_time < {{before}} - INTERVAL 1 DAY;

CREATE OR REPLACE TEMP TABLE gone AS
{{gone}}
