-- Events that go with the day: those of the doomed calls whenever they happened, and what is older than the day and belongs to no
-- call that stays.
SELECT e.event_id
FROM event e
SEMI JOIN doomed d ON d.invocation_key = e.invocation_key
UNION ALL
SELECT e.event_id
FROM event e
ANTI JOIN invocation i ON i.invocation_key = e.invocation_key AND e.invocation_key IS NOT NULL
WHERE e.event_time < {{before}}
