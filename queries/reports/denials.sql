-- title: Denials
-- answers: Who was denied, in which Region, and by what kind of policy?
-- columns:
--   principal: stable identity behind the calls
--   account_id: account of the caller
--   source_region: Region that was called
--   denied_region: Region of the resource that was denied; unspecified for the Region-less ARN; null if the message does not say
--   denied_by: kind of policy; null if the message does not say
--   explicit: an explicit deny (true) or nothing that allows (false)
--   policy_arn: policy that denied, if CloudTrail names it
--   invocations: denied invocations
--   first_seen: first denial, UTC
--   last_seen: last denial, UTC
--   example_message: one of the messages, as it stands
SELECT
  principal,
  account_id,
  source_region,
  denied_region,
  denied_by,
  denied_explicit AS explicit,
  denied_policy_arn AS policy_arn,
  cast(sum(invocations) AS bigint) AS invocations,
  min(first_seen) AS first_seen,
  max(last_seen) AS last_seen,
  min(example_message) AS example_message
FROM invocation_day
WHERE outcome = 'denied'
GROUP BY 1, 2, 3, 4, 5, 6, 7
ORDER BY invocations DESC, principal NULLS LAST, account_id NULLS LAST, source_region NULLS LAST,
  denied_region NULLS LAST, denied_by NULLS LAST, explicit NULLS LAST, policy_arn NULLS LAST
