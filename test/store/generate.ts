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

const streamed = {
  model_kind: "inference-profile",
  model_id: "eu.m",
  profile_id: "eu.m",
  profile_scope: "eu",
} as const;
const plainCall = {
  ...streamed,
  ...served,
  record_kind: "api-call",
  operation: "ConverseStream",
  streaming: true,
  inference_region: null,
  original_event_id: null,
  original_request_id: null,
  parent_request_id: null,
  principal_type: "AssumedRole",
  account_id: "111111111111",
} as const;
const number = fc.integer({ min: 100, max: 140 });
const moment = fc.integer({ min: 0, max: 3 }).map((seconds) => noon + seconds * 1000);
const placeOf = (at: string, key: number): Row => ({
  source_region: at,
  invocation_key: `${at}/c${key}`,
  request_id: `c${key}`,
});

/** Two copies of a call that says nothing of its Region: in one of them, either, the reason was omitted. */
const halfOmitted: fc.Arbitrary<Row[]> = fc
  .record({ base: anyEvent, id: number, key: fc.nat(9), region, isFirst: fc.boolean(), time: moment })
  .map(({ base, id, key, region: at, isFirst, time }) =>
    [isFirst, !isFirst].map((additional_omitted, copy) => ({
      ...base,
      ...plainCall,
      ...placeOf(at, key),
      event_id: `e${id}-${copy}`,
      event_time: time,
      additional_omitted,
    })),
  );

/** Streamed calls without an end around the first completion of their account and Region: before, in its second, after. */
const sameSecond: fc.Arbitrary<Row[]> = fc
  .record({ base: anyEvent, id: number, keys: fc.tuple(fc.nat(9), fc.nat(9)), region, times: fc.tuple(moment, moment) })
  .map(({ base, id, keys, region: at, times }) => [
    {
      ...base,
      ...plainCall,
      ...placeOf(at, 20 + keys[0]),
      event_id: `s${id}`,
      event_time: times[0],
      additional_omitted: false,
    },
    {
      ...base,
      ...served,
      ...plainCall,
      ...placeOf(at, 40 + keys[1]),
      record_kind: "completion",
      event_id: `d${id}`,
      event_time: times[1],
      parent_request_id: `c${40 + keys[1]}`,
      additional_omitted: false,
    },
  ]);

/** What goes with the kind of a record: only a completion is served and carries an error. */
const ofKind = [
  "record_kind",
  "outcome",
  "error_code",
  "error_message",
  "denied_region",
  "denied_by",
  "denied_explicit",
  "denied_policy_arn",
];

/** Anything but a record of another kind, which belongs to no call. */
const isCall = (row: Row): boolean => row["record_kind"] !== "other";

/** One eventID with contents that differ in what decides: the Region, the outcome, the time, even the kind. */
const contradicting: fc.Arbitrary<Row[]> = fc
  .record({ base: anyEvent, other: anyEvent, place: fc.constantFrom("file:a", "file:z") })
  .chain(({ base, other, place }) =>
    fc
      .subarray(["inference_region", "event_time", "input_tokens", "host", "record_kind", "additional_omitted"], {
        minLength: 1,
      })
      .map((names) => [
        base,
        {
          ...base,
          ...Object.fromEntries(
            names
              .flatMap((name) => (name !== "record_kind" ? [name] : isCall(base) && isCall(other) ? ofKind : []))
              .map((name) => [name, other[name] ?? null]),
          ),
          object_uri: place,
        },
      ]),
  );

/** Events of which many meet: random ones, and the cases in which an order or a copy decides. */
export const conflictingEvents: fc.Arbitrary<Row[]> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: anyEvent.map((row): Row[] => [row]) },
      { weight: 1, arbitrary: halfOmitted },
      { weight: 2, arbitrary: sameSecond },
      { weight: 2, arbitrary: contradicting },
    ),
    { minLength: 1, maxLength: 24 },
  )
  .map((groups) => groups.flat());
