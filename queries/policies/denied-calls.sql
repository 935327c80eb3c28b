-- What was called, for every group of the report `denials`.
SELECT DISTINCT
  principal,
  account_id,
  source_region,
  denied_region,
  denied_by,
  denied_explicit AS explicit,
  denied_policy_arn AS policy_arn,
  profile_id,
  model_kind,
  model,
  operation,
  streaming
FROM invocation_day
WHERE outcome = 'denied'
