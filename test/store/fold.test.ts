import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Cell } from "../../src/store/append.ts";
import { Warehouse } from "../../src/store/warehouse.ts";
import { type Row, type Sandbox, completion, entriesOf, event, noon, readRows, sandbox } from "./helpers.ts";

/** A settled case of the design: the events of one request and what the invocation must say. `none`: no invocation. */
interface Case {
  readonly name: string;
  readonly events: readonly Row[];
  readonly expected: Readonly<Record<string, Cell>> | "none";
}

const stream = { operation: "ConverseStream", event_name: "ConverseStream", streaming: true };
const denied = {
  outcome: "denied",
  error_code: "AccessDenied",
  error_message: "no",
  denied_by: "identity policy",
  denied_region: "eu-west-3",
};
const plain = { model_id: "anthropic.m", model_kind: "foundation-model", profile_id: null, profile_scope: null };
const app = {
  model_id: "arn:app",
  model_kind: "application-profile",
  profile_id: "app1",
  profile_scope: "application",
  model: null,
  provider: null,
};
const other = "999988887777";

const cases: readonly Case[] = [
  {
    name: "one record, Region named",
    events: [event({ inference_region: "eu-north-1" })],
    expected: { served_region: "eu-north-1", region_evidence: "api-call", spilled: true, events: 1 },
  },
  {
    name: "the Region named may be the source Region",
    events: [event({ inference_region: "eu-west-1" })],
    expected: { region_evidence: "api-call", spilled: false },
  },
  {
    name: "no Region through a profile",
    events: [event({})],
    expected: { served_region: "eu-west-1", region_evidence: "absence", spilled: false },
  },
  { name: "a direct call", events: [event(plain)], expected: { region_evidence: "direct", spilled: false } },
  {
    name: "a direct call stays direct when data was omitted",
    events: [event({ ...plain, additional_omitted: true })],
    expected: { region_evidence: "direct" },
  },
  {
    name: "omitted data",
    events: [event({ additional_omitted: true })],
    expected: { region_evidence: "unresolvable", served_region: null, spilled: null },
  },
  {
    name: "omitted in one copy, said by the other",
    events: [
      event({ additional_omitted: true }),
      event({ event_id: "e2", event_category: "Data", inference_region: "eu-north-1" }),
    ],
    expected: { region_evidence: "api-call", served_region: "eu-north-1" },
  },
  {
    name: "omitted in the first copy alone, and no Region in the other",
    events: [event({ additional_omitted: true }), event({ event_id: "e2", event_category: "Data" })],
    expected: { region_evidence: "unresolvable", served_region: null },
  },
  {
    name: "omitted in the second copy alone, and no Region in the other",
    events: [event({}), event({ event_id: "e2", event_category: "Data", additional_omitted: true })],
    expected: { region_evidence: "unresolvable", served_region: null },
  },
  {
    name: "omitted in one of three copies",
    events: [
      event({}),
      event({ event_id: "e2", event_category: "Data" }),
      event({ event_id: "e3", event_category: "Data", additional_omitted: true }),
    ],
    expected: { region_evidence: "unresolvable", served_region: null, events: 3 },
  },
  {
    name: "omitted, but a completion came",
    events: [event({ ...stream, additional_omitted: true }), completion({})],
    expected: { region_evidence: "absence", events: 2 },
  },
  {
    name: "a streamed call and its completion",
    events: [event({ ...stream, input_tokens: null }), completion({ inference_region: "eu-north-1", input_tokens: 7 })],
    expected: {
      region_evidence: "stream-completion",
      served_region: "eu-north-1",
      input_tokens: 7,
      request_id: "r1",
      event_time: noon,
      model: "anthropic.claude-sonnet-4-6",
      events: 2,
    },
  },
  {
    name: "the API call's Region beats the completion's",
    events: [event({ ...stream, inference_region: "eu-north-1" }), completion({ inference_region: "eu-west-3" })],
    expected: { served_region: "eu-north-1", region_conflict: true },
  },
  {
    name: "the API call's tokens beat the completion's",
    events: [event({ ...stream, input_tokens: 1 }), completion({ input_tokens: 2, output_tokens: 3 })],
    expected: { input_tokens: 1, output_tokens: 3, copies_disagree: false },
  },
  {
    name: "a completion whose call never came",
    events: [completion({ inference_region: "eu-north-1" })],
    expected: {
      region_evidence: "stream-completion",
      request_id: "r1",
      event_time: noon + 5000,
      outcome: "served",
      events: 1,
    },
  },
  { name: "a completion without a Region", events: [completion({})], expected: { region_evidence: "absence" } },
  {
    name: "a completion with an error was served and keeps its error",
    events: [
      event({ ...stream }),
      completion({ error_code: "ModelStreamErrorException", inference_region: "eu-north-1" }),
    ],
    expected: { outcome: "served", error_code: "ModelStreamErrorException", served_region: "eu-north-1" },
  },
  {
    name: "a completion without a parent is not an invocation",
    events: [completion({ parent_request_id: null, invocation_key: null })],
    expected: "none",
  },
  {
    name: "management beats data",
    events: [
      event({ event_id: "a", event_category: "Data", principal: "arn:data", input_tokens: 1 }),
      event({ event_id: "b", principal: "arn:management", input_tokens: 2 }),
    ],
    expected: { principal: "arn:management", input_tokens: 2, copies_disagree: true, events: 2 },
  },
  {
    name: "a category that is missing counts as management",
    events: [
      event({ event_id: "a", event_category: "Data", host: "data" }),
      event({ event_id: "b", event_category: null, host: "none" }),
    ],
    expected: { host: "none" },
  },
  {
    name: "the caller's own account beats a copy",
    events: [
      event({ event_id: "a", recipient_account_id: other, host: "copy" }),
      event({ event_id: "b", host: "own" }),
    ],
    expected: { host: "own", copies_disagree: false },
  },
  {
    name: "the smallest eventID decides at last",
    events: [event({ event_id: "b", host: "b" }), event({ event_id: "a", host: "a" })],
    expected: { host: "a" },
  },
  {
    name: "copies complete each other",
    events: [
      event({ event_id: "a", host: null, source_ip: "1.1.1.1" }),
      event({ event_id: "b", host: "h", source_ip: null }),
    ],
    expected: { host: "h", source_ip: "1.1.1.1", copies_disagree: false },
  },
  {
    name: "an addendum stands above what it corrects",
    events: [
      event({ event_id: "a", inference_region: "eu-west-3", input_tokens: 1, output_tokens: 9 }),
      event({
        event_id: "z",
        original_event_id: "a",
        original_request_id: "r1",
        request_id: "r9",
        addendum_reason: "UPDATED_DATA",
        inference_region: "eu-north-1",
        input_tokens: 2,
      }),
    ],
    expected: {
      served_region: "eu-north-1",
      input_tokens: 2,
      output_tokens: 9,
      region_conflict: false,
      copies_disagree: false,
      request_id: "r1",
    },
  },
  {
    name: "an addendum to the data copy stays below the management record",
    events: [
      event({ event_id: "m", host: "management" }),
      event({ event_id: "d", event_category: "Data", host: "data" }),
      event({ event_id: "a", event_category: "Management", original_event_id: "d", host: "addendum" }),
    ],
    expected: { host: "management", events: 3 },
  },
  {
    name: "an addendum alone",
    events: [event({ original_request_id: "r7", request_id: "own", addendum_reason: "DELIVERY_DELAY" })],
    expected: { request_id: "r7" },
  },
  {
    name: "an endpoint owner's copy only counts",
    events: [
      event({ event_id: "a", principal_type: "AWSAccount", recipient_account_id: other, vpc_endpoint_id: "vpce-1" }),
      event({ event_id: "b", vpc_endpoint_id: null }),
    ],
    expected: { events: 2, vpc_endpoint_id: null, principal_type: "AssumedRole" },
  },
  {
    name: "an endpoint owner's copy alone is the invocation",
    events: [event({ principal_type: "AWSAccount", recipient_account_id: other })],
    expected: { events: 1, principal_type: "AWSAccount" },
  },
  {
    name: "two endpoint owners' copies alone",
    events: [
      event({ event_id: "a", principal_type: "AWSAccount", host: "a" }),
      event({ event_id: "b", principal_type: "AWSAccount", host: "b" }),
    ],
    expected: { events: 2, host: "a" },
  },
  {
    name: "a denied call",
    events: [event(denied)],
    expected: {
      outcome: "denied",
      region_evidence: null,
      served_region: null,
      spilled: null,
      denied_by: "identity policy",
      denied_region: "eu-west-3",
    },
  },
  {
    name: "denial columns only where the call was denied",
    events: [event({ ...denied, outcome: "throttled", error_code: "ThrottlingException" })],
    expected: { outcome: "throttled", denied_by: null, denied_region: null, served_region: null },
  },
  {
    name: "the winner's outcome decides, and the contradiction is told",
    events: [event({ event_id: "a", event_category: "Data", ...denied }), event({ event_id: "b" })],
    expected: {
      outcome: "served",
      error_code: null,
      denied_by: null,
      copies_disagree: true,
      region_evidence: "absence",
    },
  },
  {
    name: "a network record ranks last",
    events: [
      event({
        event_id: "a",
        record_kind: "network",
        ...denied,
        error_code: "VpceAccessDenied",
        denied_by: "VPC endpoint policy",
      }),
      event({ event_id: "b", ...denied }),
    ],
    expected: { error_code: "AccessDenied", denied_by: "identity policy", copies_disagree: false },
  },
  {
    name: "the caller is not mixed with the service that completes",
    events: [
      event({ ...stream }),
      completion({
        principal: "bedrock.amazonaws.com",
        principal_type: "AWSService",
        invoked_by: "bedrock.amazonaws.com",
      }),
    ],
    expected: { invoked_by: null, principal_type: "AssumedRole" },
  },
  {
    name: "model columns come from one record",
    events: [event({ ...stream, ...app }), completion({ model: "anthropic.m", provider: "anthropic" })],
    expected: { model_kind: "application-profile", profile_id: "app1", model: "anthropic.m", provider: "anthropic" },
  },
  {
    name: "a model only the second record names",
    events: [
      event({
        event_id: "a",
        model_id: null,
        model_kind: "unknown",
        profile_id: null,
        profile_scope: null,
        model: null,
        provider: null,
      }),
      event({ event_id: "b", ...plain, model: "anthropic.m", provider: "anthropic" }),
    ],
    expected: { model_kind: "foundation-model", model: "anthropic.m", region_evidence: "direct" },
  },
  {
    name: "a batch job through a profile",
    events: [event({ operation: "CreateModelInvocationJob" })],
    expected: { region_evidence: "unresolvable", served_region: null },
  },
  {
    name: "a batch job on a plain model",
    events: [event({ operation: "CreateModelInvocationJob", ...plain })],
    expected: { region_evidence: "direct" },
  },
  {
    name: "mantle is direct",
    events: [event({ operation: "CreateInference", streaming: true })],
    expected: { region_evidence: "direct" },
  },
  {
    name: "an application profile with one destination",
    events: [event(app)],
    expected: { region_evidence: "direct", model: "anthropic.known", provider: "anthropic" },
  },
  ...["provisioned", "custom", "imported", "marketplace"].map((kind) => ({
    name: `a ${kind} model is direct`,
    events: [event({ ...plain, model_kind: kind })],
    expected: { region_evidence: "direct" },
  })),
  {
    name: "an application profile with one destination elsewhere",
    events: [event({ ...app, profile_id: "app3" })],
    expected: { region_evidence: "absence", model: "anthropic.known" },
  },
  {
    name: "an application profile of another source Region",
    events: [event({ ...app, profile_id: "app4" })],
    expected: { region_evidence: "absence", model: null },
  },
  {
    name: "an application profile with several",
    events: [event({ ...app, profile_id: "app2" })],
    expected: { region_evidence: "absence", model: null },
  },
  {
    name: "a profile that the model hides",
    events: [
      event({
        model_id: "arn:prompt",
        model_kind: "prompt",
        profile_id: null,
        profile_scope: null,
        model: null,
        provider: null,
      }),
    ],
    expected: { region_evidence: "absence" },
  },
  {
    name: "console and API key default to no",
    events: [event({})],
    expected: { via_console: false, bearer_token: false },
  },
  {
    name: "not inference is not an invocation",
    events: [event({ record_kind: "other", invocation_key: null, outcome: null })],
    expected: "none",
  },
  {
    name: "two copies that disagree in their tokens alone",
    events: [event({ input_tokens: 1 }), event({ event_id: "e2", event_category: "Data", input_tokens: 2 })],
    expected: { copies_disagree: true, input_tokens: 1 },
  },
  {
    name: "two copies that disagree in their principal alone",
    events: [event({}), event({ event_id: "e2", event_category: "Data", principal: "arn:other" })],
    expected: { copies_disagree: true },
  },
  {
    name: "three records: times, tokens and request of the leading one",
    events: [
      event({ ...stream, event_id: "b", input_tokens: 1 }),
      event({
        ...stream,
        event_id: "a",
        event_category: "Data",
        event_time: noon - 1,
        input_tokens: 2,
        output_tokens: 3,
      }),
      completion({ input_tokens: 4, output_tokens: 5 }),
    ],
    expected: {
      event_time: noon,
      input_tokens: 1,
      output_tokens: 3,
      request_id: "r1",
      completion_only: false,
      copies_disagree: true,
    },
  },
  {
    name: "three copies: an error against none",
    events: [
      event({ event_id: "a" }),
      event({ event_id: "b", event_category: "Data" }),
      event({ event_id: "c", event_category: "Data", ...denied }),
    ],
    expected: { outcome: "served", error_code: null, copies_disagree: true },
  },
  {
    name: "three records: what an addendum corrects is not a conflict",
    events: [
      event({ event_id: "a", inference_region: "eu-west-3" }),
      event({ event_id: "z", original_event_id: "a", original_request_id: "r1", inference_region: "eu-north-1" }),
      event({ event_id: "d", event_category: "Data", inference_region: "eu-north-1" }),
    ],
    expected: { served_region: "eu-north-1", region_conflict: false, events: 3 },
  },
  {
    name: "a call with its completion is not known by that alone",
    events: [event({ ...stream }), completion({})],
    expected: { completion_only: false },
  },
  { name: "a completion alone is", events: [completion({})], expected: { completion_only: true } },
  {
    name: "five records of one request",
    events: [
      event({ ...stream, event_id: "a" }),
      event({ ...stream, event_id: "b", event_category: "Data", host: "b" }),
      completion({ event_id: "c", inference_region: "eu-north-1" }),
      completion({ event_id: "d", event_category: "Data", inference_region: "eu-north-1", input_tokens: 4 }),
      event({ event_id: "e", principal_type: "AWSAccount", source_ip: "9.9.9.9" }),
    ],
    expected: {
      events: 5,
      served_region: "eu-north-1",
      region_evidence: "stream-completion",
      input_tokens: 4,
      host: "b",
      source_ip: null,
      region_conflict: false,
    },
  },
];

describe("settled cases of the fold", () => {
  let box: Sandbox;
  let rows: Map<unknown, Record<string, unknown>>;
  // every case in a Region and account of its own, all in one load
  const inPlace = (row: Row, index: number): Row => ({
    ...row,
    event_id: `${index}-${row["event_id"]}`,
    original_event_id: row["original_event_id"] == null ? null : `${index}-${row["original_event_id"]}`,
    invocation_key: row["invocation_key"] === null ? null : `key-${index}`,
    account_id: `${row["account_id"]}-${index}`,
    recipient_account_id: `${row["recipient_account_id"]}-${index}`,
  });

  beforeAll(async () => {
    box = await sandbox();
    const file = join(box.folder, "cases.duckdb");
    const events = cases.flatMap(({ events }, index) => events.map((row) => inPlace(row, index)));
    {
      await using warehouse = await Warehouse.open(file, { threads: 1 });
      const profile = { source_region: "eu-west-1", as_of: "2026-11-01", source: "test" };
      await warehouse.replaceProfiles([
        { ...profile, profile_id: "app1", destination_region: "eu-west-1", model: "anthropic.known" },
        { ...profile, profile_id: "app2", destination_region: "eu-west-1", model: null },
        { ...profile, profile_id: "app3", destination_region: "eu-west-3", model: "anthropic.known" },
        {
          ...profile,
          profile_id: "app4",
          source_region: "us-east-1",
          destination_region: "eu-west-1",
          model: "anthropic.known",
        },
        { ...profile, profile_id: "app2", destination_region: "eu-west-3", model: null },
      ]);
      await warehouse.commit({ files: [await box.stage(events)], objects: entriesOf(events), quarantine: [] });
      await warehouse.publish();
    }
    rows = new Map((await readRows(file, "FROM invocation")).map((row) => [row["invocation_key"], row]));
  }, 60_000);
  afterAll(async () => await box[Symbol.asyncDispose]());

  it.each(cases.map(({ name, expected }, index) => ({ name, expected, index })))("$name", ({ expected, index }) => {
    const row = rows.get(`key-${index}`);
    if (expected === "none") {
      expect(row).toBeUndefined();
      return;
    }
    const got = Object.fromEntries(
      Object.keys(expected).map((name) => [name, typeof row?.[name] === "bigint" ? Number(row[name]) : row?.[name]]),
    );
    expect(got).toEqual(expected);
  });
});

describe("what other records of the account decide", () => {
  const steps: readonly {
    readonly name: string;
    readonly batches: readonly (readonly Row[])[];
    readonly evidence: string;
  }[] = [
    { name: "without any completion a streamed call is absence", batches: [[event(stream)]], evidence: "absence" },
    {
      name: "after the first completion of the account and Region it is pending",
      batches: [
        [event(stream), completion({ event_id: "x", event_time: noon - 1, invocation_key: "eu-west-1/other" })],
      ],
      evidence: "pending",
    },
    {
      name: "a first completion at the same instant counts",
      batches: [[event(stream), completion({ event_id: "x", event_time: noon, invocation_key: "eu-west-1/other" })]],
      evidence: "pending",
    },
    {
      name: "a first completion after the call does not",
      batches: [
        [event(stream), completion({ event_id: "x", event_time: noon + 1, invocation_key: "eu-west-1/other" })],
      ],
      evidence: "absence",
    },
    {
      name: "a completion without a parent counts too",
      batches: [[event(stream), completion({ event_id: "x", event_time: noon - 1, invocation_key: null })]],
      evidence: "pending",
    },
    {
      name: "not in another Region",
      batches: [
        [
          event(stream),
          completion({
            event_id: "x",
            event_time: noon - 1,
            source_region: "us-east-1",
            invocation_key: "us-east-1/o",
          }),
        ],
      ],
      evidence: "absence",
    },
    {
      name: "a load that moves the first completion earlier judges again",
      batches: [
        [event(stream), completion({ event_id: "x", event_time: noon + 1, invocation_key: "eu-west-1/o" })],
        [completion({ event_id: "y", event_time: noon - 1, invocation_key: "eu-west-1/o" })],
      ],
      evidence: "pending",
    },
    {
      name: "the completion that comes days later settles it",
      batches: [
        [event(stream), completion({ event_id: "x", event_time: noon - 1, invocation_key: "eu-west-1/o" })],
        [completion({ event_time: noon + 2 * 86_400_000 })],
      ],
      evidence: "absence",
    },
    {
      name: "a call that is not streamed never waits",
      batches: [[event({}), completion({ event_id: "x", event_time: noon - 1, invocation_key: "eu-west-1/o" })]],
      evidence: "absence",
    },
  ];
  it.each(steps)(
    "$name",
    async ({ batches, evidence }) => {
      await using box = await sandbox();
      const file = join(box.folder, "w.duckdb");
      {
        await using warehouse = await Warehouse.open(file, { threads: 1 });
        for (const batch of batches)
          await warehouse.commit({ files: [await box.stage(batch)], objects: entriesOf(batch), quarantine: [] });
        await warehouse.publish();
      }
      const [row] = await readRows(
        file,
        "SELECT region_evidence FROM invocation WHERE invocation_key = 'eu-west-1/k1'",
      );
      expect(row?.["region_evidence"]).toBe(evidence);
    },
    30_000,
  );
});
