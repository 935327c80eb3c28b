/** The properties of keys that no single record shows. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type KeyParts, invocationKey, isUuid } from "../../src/parse/invocation-key.ts";

const base: KeyParts = {
  kind: "api-call",
  region: "eu-west-1",
  eventId: "e-1",
  requestId: null,
  sharedEventId: null,
  parentRequestId: null,
  originalRequestId: null,
  originalEventId: null,
  errorCode: null,
};

describe("isUuid", () => {
  it("knows every UUID, in any case, by a plain pattern", () => {
    fc.assert(
      fc.property(fc.uuid(), fc.boolean(), (uuid, upper) => {
        expect(isUuid(upper ? uuid.toUpperCase() : uuid)).toBe(true);
      }),
    );
  });

  it("says what the pattern says, one changed character at a time", () => {
    const pattern = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.nat({ max: 35 }),
        fc.constantFrom("-", "g", "0", "F", "{", " ", "é"),
        (uuid, at, character) => {
          const text = uuid.slice(0, at) + character + uuid.slice(at + 1);
          expect(isUuid(text)).toBe(pattern.test(text));
        },
      ),
    );
  });

  it.each([
    null,
    "",
    "00000000-0000-0000-0000-000000000000",
    "{5d0f7c1e-0001-4a6b-9d11-0123456789a1}",
    "5d0f7c1e00014a6b9d110123456789a1",
    "5d0f7c1e-0001-4a6b-9d11-0123456789a1 ",
  ])("%j is none", (text) => {
    expect(isUuid(text)).toBe(false);
  });
});

describe("invocationKey", () => {
  it("gathers a call, its completion and its addendum, whatever the case", () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        const keys = [
          invocationKey({ ...base, requestId: uuid }),
          invocationKey({ ...base, kind: "completion", requestId: "other", parentRequestId: uuid.toUpperCase() }),
          invocationKey({ ...base, requestId: "other", originalRequestId: uuid }),
          invocationKey({ ...base, kind: "network", requestId: uuid, errorCode: "VpceAccessDenied" }),
        ];
        expect(new Set(keys)).toEqual(new Set([`eu-west-1/${uuid}`]));
      }),
    );
  });

  it.each([
    ["a record that is not inference", { ...base, kind: "other", requestId: "5d0f7c1e-0001-4a6b-9d11-0123456789a1" }],
    [
      "a completion that names no request, though it has an id of its own",
      { ...base, kind: "completion", requestId: "5d0f7c1e-0001-4a6b-9d11-0123456789a1" },
    ],
    [
      "a completion that is an addendum",
      { ...base, kind: "completion", originalRequestId: "5d0f7c1e-0001-4a6b-9d11-0123456789a1" },
    ],
    [
      "a network record that was let through",
      { ...base, kind: "network", requestId: "5d0f7c1e-0001-4a6b-9d11-0123456789a1" },
    ],
  ] satisfies [string, KeyParts][])("none for %s", (_, parts) => {
    expect(invocationKey(parts)).toBeNull();
  });

  it("falls back on shared, then on event; an addendum without a usable original is like any record", () => {
    expect(invocationKey({ ...base, sharedEventId: "s-1" })).toBe("eu-west-1/shared:s-1");
    expect(invocationKey(base)).toBe("eu-west-1/event:e-1");
    expect(invocationKey({ ...base, originalRequestId: "none", originalEventId: "", sharedEventId: "s-1" })).toBe(
      "eu-west-1/shared:s-1",
    );
    expect(invocationKey({ ...base, originalEventId: "e-0", sharedEventId: "s-1" })).toBe("eu-west-1/event:e-0");
  });
});
