-- title: Tokens by served Region
-- answers: How many tokens were processed in each served Region, by which model and for whom?
-- limits: CloudTrail tells token counts of some operations and not of others; without_count says how many calls the sums leave out. No prices: they are not in the logs.
-- columns:
--   served_region: Region that ran the inference; null where it is unknown
--   country: country of the served Region; null where the Region is unknown
--   model: foundation model; null where the identifier hides it
--   principal: stable identity behind the calls
--   invocations: served invocations
--   input_tokens: sum of what the calls tell; null if none tells
--   output_tokens: sum of what the calls tell; null if none tells
--   cache_read_tokens: input read from the prompt cache; null if no call tells
--   cache_write_tokens: input written to the prompt cache; null if no call tells
--   without_count: of the invocations, those that tell no count at all: in none of the sums
--
-- Only served invocations: a call that was denied, throttled or failed ran nowhere. Cached tokens are columns of their own and not
-- added to input_tokens. Cheap over any number of invocations: invocation_day has one row for each group of a day.
WITH part AS (
  SELECT
    served_region,
    model,
    principal,
    cast(sum(invocations) AS bigint) AS invocations,
    cast(sum(input_tokens) AS bigint) AS input_tokens,
    cast(sum(output_tokens) AS bigint) AS output_tokens,
    cast(sum(cache_read_tokens) AS bigint) AS cache_read_tokens,
    cast(sum(cache_write_tokens) AS bigint) AS cache_write_tokens,
    cast(sum(without_tokens) AS bigint) AS without_count
  FROM invocation_day
  WHERE outcome = 'served'
  GROUP BY 1, 2, 3
)
SELECT
  part.served_region,
  region.country,
  part.model,
  part.principal,
  part.invocations,
  part.input_tokens,
  part.output_tokens,
  part.cache_read_tokens,
  part.cache_write_tokens,
  part.without_count
FROM part
LEFT JOIN region ON region.region = part.served_region
ORDER BY part.served_region NULLS LAST, part.invocations DESC, part.model NULLS LAST, part.principal NULLS LAST
