/** The proof that a row has the columns of the table, and that hostile records neither crash nor change numbers. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toEvent } from "../../src/parse/event.ts";
import { type BedrockRecord, isSoundRecord } from "../../src/parse/record.ts";
import type { ColumnType } from "../../src/schema/column.ts";
import { eventTable } from "../../src/schema/event.ts";

const minimal: BedrockRecord = {
  eventTime: "2026-09-14T08:12:41Z",
  eventName: "Converse",
  awsRegion: "eu-west-1",
  eventID: "e-1",
  eventSource: "bedrock.amazonaws.com",
};
const columns = eventTable.columns.filter((column) => column.name !== "object_uri" && column.name !== "record_index");
// The corpus of this project; the test next door compares its rows.
const corpus = JSON.parse(readFileSync(new URL("../corpus/records.json", import.meta.url), "utf8")) as readonly {
  readonly record: unknown;
}[];

const scriptType: Record<ColumnType, string> = {
  text: "string",
  integer: "number",
  bigint: "number",
  double: "number",
  boolean: "boolean",
  timestamp: "number",
};

function parsed(json: string): BedrockRecord {
  const record: unknown = JSON.parse(json);
  if (!isSoundRecord(record)) throw new Error("the record was rejected");
  return record;
}

describe("toEvent", () => {
  it("gives the columns of the table in their order", () => {
    expect(Object.keys(toEvent(minimal))).toEqual(columns.map((column) => column.name));
  });

  it("gives values of the columns' types, and each column has a value in some record", () => {
    const filled = new Set<string>();
    for (const { record } of corpus) {
      if (!isSoundRecord(record)) throw new Error("the record was rejected");
      const row = new Map<string, unknown>(Object.entries(toEvent(record)));
      for (const column of columns) {
        const value = row.get(column.name);
        if (value === null) continue;
        filled.add(column.name);
        expect(typeof value, column.name).toBe(scriptType[column.type]);
      }
    }
    expect(columns.map((column) => column.name).filter((name) => !filled.has(name))).toEqual([]);
  });

  it("takes any sound record, whatever the types of its other fields", () => {
    const anything = fc.jsonValue();
    const maybe = fc.record(
      {
        eventType: fc.oneof(fc.constantFrom("AwsApiCall", "AwsServiceEvent", "AwsVpceEvent"), anything),
        errorCode: fc.constantFrom("AccessDenied", "ThrottlingException", null),
        errorMessage: anything,
        userIdentity: fc.dictionary(
          fc.constantFrom(
            "type",
            "arn",
            "accountId",
            "principalId",
            "invokedBy",
            "onBehalfOf",
            "sessionContext",
            "userName",
          ),
          anything,
        ),
        requestParameters: fc.record({ modelId: fc.oneof(fc.constant(null), fc.string()), stream: anything }),
        additionalEventData: fc.dictionary(
          fc.constantFrom("inputTokens", "outputTokens", "omitted", "callWithBearerToken"),
          anything,
        ),
        serviceEventDetails: fc.dictionary(
          fc.constantFrom("AdditionalEventData", "other"),
          fc.record({ additionalEntries: fc.array(fc.record({ key: fc.string(), value: anything })) }),
        ),
        resources: anything,
        tlsDetails: anything,
        addendum: anything,
        recipientAccountId: anything,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(maybe, (fields) => {
        const record: unknown = { ...minimal, ...fields };
        if (!isSoundRecord(record)) return;
        const row = new Map<string, unknown>(Object.entries(toEvent(record)));
        for (const column of columns) {
          const value = row.get(column.name);
          if (value !== null) expect(typeof value, column.name).toBe(scriptType[column.type]);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("hostile but legal JSON", () => {
  const start =
    '{"eventTime":"2026-09-14T08:12:41Z","eventName":"Converse","awsRegion":"eu-west-1","eventID":"e-1","eventSource":"bedrock.amazonaws.com"';

  it("deep nesting", () => {
    const deep = `${"[".repeat(5000)}${"]".repeat(5000)}`;
    const row = toEvent(
      parsed(
        `${start},"requestParameters":{"messages":${deep}},"resources":${deep},"additionalEventData":{"inputTokens":${deep},"outputTokens":5}}`,
      ),
    );
    expect([row.input_tokens, row.output_tokens, row.model]).toEqual([null, 5, null]);
  });

  it("duplicate keys: the last one counts, as in every parser we meet", () => {
    const row = toEvent(
      parsed(`${start},"awsRegion":"us-east-1","additionalEventData":{"inputTokens":1,"inputTokens":2}}`),
    );
    expect([row.source_region, row.input_tokens]).toEqual(["us-east-1", 2]);
  });

  it("numbers beyond 2^53 are left out, not rounded", () => {
    const row = toEvent(
      parsed(
        `${start},"additionalEventData":{"inputTokens":9007199254740993,"outputTokens":1e400,"cacheReadInputTokens":12345678901234567890}}`,
      ),
    );
    expect([row.input_tokens, row.output_tokens, row.cache_read_tokens]).toEqual([null, null, null]);
  });

  it("__proto__ and constructor are names like others", () => {
    const row = toEvent(
      parsed(
        `${start},"__proto__":{"errorCode":"AccessDenied"},"requestParameters":{"__proto__":{"modelId":"x.y"}},"constructor":1}`,
      ),
    );
    expect([row.outcome, row.model_id]).toEqual(["served", null]);
  });

  it("lone surrogates stay in the text and spoil no other column", () => {
    const row = toEvent(
      parsed(`${start},"userAgent":"\\ud800","requestParameters":{"modelId":"us.anthropic.\\udfff"}}`),
    );
    expect([row.user_agent, row.profile_scope, row.model]).toEqual(["\ud800", "us", "anthropic.\udfff"]);
  });
});
