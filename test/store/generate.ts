/** Random events for the properties of the store: few keys and few values, so that they meet and contradict each other. */
import fc from "fast-check";
import { type Row, event, noon } from "./helpers.ts";

const region = fc.constantFrom("eu-west-1", "us-east-1");
const maybe = (...values: readonly string[]): fc.Arbitrary<string | null> => fc.constantFrom(null, ...values);
const served = { outcome: "served", error_code: null, error_message: null } as const;
const results = fc.constantFrom(
  served,
  served,
  {
    outcome: "denied",
    error_code: "AccessDenied",
    error_message: "no",
    denied_region: "eu-west-3",
    denied_by: "identity policy",
  },
  {
    outcome: "throttled",
    error_code: "ThrottlingException",
    error_message: "slow",
    denied_region: null,
    denied_by: null,
  },
);
const models = fc.constantFrom(
  {
    model_id: "eu.m",
    model_kind: "inference-profile",
    profile_id: "eu.m",
    profile_scope: "eu",
    model: "anthropic.m",
    provider: "anthropic",
  },
  {
    model_id: "anthropic.m",
    model_kind: "foundation-model",
    profile_id: null,
    profile_scope: null,
    model: "anthropic.m",
    provider: "anthropic",
  },
  {
    model_id: "arn:app",
    model_kind: "application-profile",
    profile_id: "app",
    profile_scope: "application",
    model: null,
    provider: null,
  },
  { model_id: null, model_kind: "unknown", profile_id: null, profile_scope: null, model: "weird", provider: null },
  { model_id: null, model_kind: "unknown", profile_id: null, profile_scope: null, model: null, provider: null },
);

/** One event; `id` decides nothing else, so that the same eventID comes with different contents. */
export const anyEvent: fc.Arbitrary<Row> = fc
  .record({
    id: fc.integer({ min: 0, max: 25 }),
    key: fc.integer({ min: 0, max: 5 }),
    kind: fc.constantFrom("api-call", "api-call", "completion", "network", "other"),
    region,
    served: fc.option(region, { nil: null }),
    seconds: fc.integer({ min: 0, max: 20 }),
    category: maybe("Management", "Data"),
    account: fc.constantFrom("111111111111", "222222222222"),
    recipient: maybe("111111111111", "222222222222"),
    principal: maybe("arn:a", "arn:b"),
    type: fc.constantFrom("AssumedRole", "AssumedRole", "AWSAccount"),
    invokedBy: maybe("bedrock.amazonaws.com"),
    host: maybe("h1", "h2"),
    console: fc.constantFrom(null, true, false),
    operation: fc.constantFrom("Converse", "ConverseStream", "CreateModelInvocationJob", "CreateInference"),
    omitted: fc.constantFrom(false, false, false, true),
    tokens: fc.constantFrom(null, 1, 2),
    original: fc.option(fc.integer({ min: 0, max: 25 }), { nil: null }),
    result: results,
    model: models,
    object: fc.constantFrom("file:a", "file:b", "file:c"),
    index: fc.integer({ min: 0, max: 3 }),
  })
  .map((v) => {
    const completion = v.kind === "completion";
    const result = completion
      ? { ...v.result, outcome: "served" }
      : v.kind === "network"
        ? { ...served, outcome: "denied", error_code: "VpceAccessDenied" }
        : v.result;
    return event({
      ...v.model,
      ...(v.kind === "other" ? { outcome: null } : result),
      event_id: `e${v.id}`,
      event_time: noon + v.seconds * 1000,
      event_category: v.category,
      source_region: v.region,
      request_id: `r${v.key}`,
      parent_request_id: completion ? `r${v.key}` : null,
      original_event_id: v.original === null ? null : `e${v.original}`,
      original_request_id: v.original === null ? null : `r${v.key}`,
      record_kind: v.kind,
      invocation_key: v.kind === "other" ? null : `${v.region}/k${v.key}`,
      operation: v.kind === "other" ? null : v.operation,
      streaming: v.kind === "other" ? null : v.operation === "ConverseStream",
      inference_region: v.kind === "api-call" || completion ? v.served : null,
      additional_omitted: v.omitted,
      account_id: v.account,
      recipient_account_id: v.recipient,
      principal: v.principal,
      principal_type: v.type,
      invoked_by: v.invokedBy,
      host: v.host,
      via_console: v.console,
      input_tokens: v.tokens,
      object_uri: v.object,
      record_index: v.index,
    });
  });
