/** The proof that the hand-written guard, the zod schema and the settled case "Rejected" are one rule. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBedrockRecord, isSoundRecord } from "../../src/parse/record.ts";
import { explainRejection, recordSchema } from "../../src/parse/record-schema.ts";

const sound = { eventTime: "2026-09-14T08:12:41Z", eventName: "Converse", awsRegion: "eu-west-1", eventID: "e-1" };

const rejected: readonly (readonly [record: unknown, explanation: string])[] = [
  [null, "record: expected an object, found null"],
  [[], "record: expected an object, found an array"],
  ["text", "record: expected an object, found a string"],
  [{ ...sound, eventTime: "yesterday" }, 'eventTime: expected an RFC 3339 time, found "yesterday"'],
  [{ ...sound, eventTime: 1_789_373_561 }, "eventTime: expected an RFC 3339 time, found a number"],
  [{ ...sound, eventTime: undefined }, "eventTime: expected an RFC 3339 time, found nothing"],
  [{ ...sound, eventName: "" }, "eventName: expected a string that is not empty, found an empty string"],
  [{ ...sound, eventName: null }, "eventName: expected a string that is not empty, found null"],
  [{ ...sound, awsRegion: 3 }, "awsRegion: expected a string that is not empty, found a number"],
  [{ ...sound, eventID: "" }, "eventID: expected a string that is not empty, found an empty string"],
  [{ ...sound, requestID: 4 }, "requestID: expected a string or null, found a number"],
  [{ ...sound, sharedEventID: {} }, "sharedEventID: expected a string or null, found an object"],
  [{ ...sound, errorCode: false }, "errorCode: expected a string or null, found a boolean"],
  [{ ...sound, userIdentity: "root" }, "userIdentity: expected an object or null, found a string"],
  [{ ...sound, requestParameters: [] }, "requestParameters: expected an object or null, found an array"],
  [{ ...sound, additionalEventData: 0 }, "additionalEventData: expected an object or null, found a number"],
  [{ ...sound, serviceEventDetails: true }, "serviceEventDetails: expected an object or null, found a boolean"],
  [
    { ...sound, requestParameters: { modelId: ["secret"] } },
    "requestParameters.modelId: expected a string or null, found an array",
  ],
  [
    { ...sound, additionalEventData: { inferenceRegion: 7 } },
    "additionalEventData.inferenceRegion: expected a string or null, found a number",
  ],
  [
    { ...sound, serviceEventDetails: { parentRequestId: 7 } },
    "serviceEventDetails.parentRequestId: expected a string or null, found a number",
  ],
  [
    { ...sound, serviceEventDetails: { AdditionalEventData: { additionalEntries: { inferenceRegion: 7 } } } },
    "serviceEventDetails.AdditionalEventData.additionalEntries.inferenceRegion: expected a string or null, found a number",
  ],
  [
    {
      ...sound,
      serviceEventDetails: { additionalEventData: { additionalEntries: [{}, { key: "inferenceRegion", value: [] }] } },
    },
    "serviceEventDetails.additionalEventData.additionalEntries.1.value: expected a string or null, found an array",
  ],
];

const accepted: readonly (readonly [what: string, record: unknown])[] = [
  ["the four fields alone", sound],
  [
    "null wherever null may stand",
    {
      ...sound,
      requestID: null,
      sharedEventID: null,
      errorCode: null,
      userIdentity: null,
      requestParameters: null,
      additionalEventData: null,
      serviceEventDetails: null,
    },
  ],
  [
    "null inside the parts",
    {
      ...sound,
      requestParameters: { modelId: null },
      additionalEventData: { inferenceRegion: null },
      serviceEventDetails: { parentRequestId: null },
    },
  ],
  [
    "any other field of any type",
    { ...sound, userAgent: 5, resources: "x", tlsDetails: [], addendum: 1, eventType: {}, eventVersion: 9 },
  ],
  ["tokens of any type", { ...sound, additionalEventData: { inputTokens: [], omitted: "true" } }],
  [
    "a completion payload of any type",
    { ...sound, serviceEventDetails: { AdditionalEventData: "x", additionalEventData: { additionalEntries: 5 } } },
  ],
  [
    "list items of any type",
    {
      ...sound,
      serviceEventDetails: {
        AdditionalEventData: { additionalEntries: [1, null, "x", { key: "inputTokens", value: {} }] },
      },
    },
  ],
  ["unknown fields and another major version", { ...sound, eventVersion: "2.0", futureField: { a: [1] } }],
];

describe("isSoundRecord", () => {
  it.each(rejected)("%j is rejected", (record, explanation) => {
    expect(isSoundRecord(record)).toBe(false);
    expect(explainRejection(record)).toBe(explanation);
  });

  it.each(accepted)("accepts %s", (_, record) => {
    expect(isSoundRecord(record)).toBe(true);
    expect(explainRejection(record)).toBe("the record is sound");
  });

  it("agrees with the schema on any record", () => {
    const odd = fc.oneof(
      fc.constantFrom(undefined, null, "", "x", 0, 1.5, true, [], {}, sound.eventTime, "2026-02-30T00:00:00Z"),
      fc.string(),
    );
    const mostly = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
      fc.oneof({ arbitrary: value, weight: 12 }, { arbitrary: odd, weight: 1 });
    const text = mostly(fc.constantFrom("a", null, undefined));
    const pair = mostly(
      fc.record({ key: fc.constantFrom("inferenceRegion", "inputTokens", 3), value: text }, { requiredKeys: [] }),
    );
    const entries = mostly(
      fc.oneof(fc.record({ inferenceRegion: text }, { requiredKeys: [] }), fc.array(pair, { maxLength: 3 })),
    );
    const completion = mostly(fc.record({ additionalEntries: entries }, { requiredKeys: [] }));
    const record = fc.record(
      {
        eventTime: mostly(fc.constant(sound.eventTime)),
        eventName: mostly(fc.constant("Converse")),
        awsRegion: mostly(fc.constant("eu-west-1")),
        eventID: mostly(fc.constant("e-1")),
        requestID: text,
        sharedEventID: text,
        errorCode: text,
        userIdentity: mostly(fc.constant({})),
        requestParameters: mostly(fc.record({ modelId: text, model: odd }, { requiredKeys: [] })),
        additionalEventData: mostly(fc.record({ inferenceRegion: text, inputTokens: odd }, { requiredKeys: [] })),
        serviceEventDetails: mostly(
          fc.record(
            { parentRequestId: text, AdditionalEventData: completion, additionalEventData: completion },
            { requiredKeys: [] },
          ),
        ),
        addendum: odd,
      },
      { requiredKeys: ["eventTime", "eventName", "awsRegion", "eventID"] },
    );
    let soundOnes = 0;
    fc.assert(
      fc.property(fc.oneof({ arbitrary: record, weight: 20 }, { arbitrary: fc.jsonValue(), weight: 1 }), (value) => {
        soundOnes += isSoundRecord(value) ? 1 : 0;
        expect(isSoundRecord(value)).toBe(recordSchema.safeParse(value).success);
      }),
      { numRuns: 2000 },
    );
    // The property would be empty if it met only one side.
    expect(soundOnes).toBeGreaterThan(100);
    expect(soundOnes).toBeLessThan(1900);
  });
});

describe("isBedrockRecord", () => {
  it.each([
    [{ eventSource: "bedrock.amazonaws.com" }, true],
    [{ eventSource: "bedrock-mantle.amazonaws.com" }, true],
    [{ eventSource: "bedrock-agentcore.amazonaws.com" }, false],
    [{ eventSource: "bedrock-runtime.amazonaws.com" }, false],
    [{ eventSource: "Bedrock.amazonaws.com" }, false],
    [{ eventSource: ["bedrock.amazonaws.com"] }, false],
    [{ requestParameters: { eventSource: "bedrock.amazonaws.com" } }, false],
    [null, false],
    ["bedrock.amazonaws.com", false],
  ])("%j: %s", (record, expected) => {
    expect(isBedrockRecord(record)).toBe(expected);
  });
});
