/** The cases of token counts. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenCount } from "../../src/parse/tokens.ts";

describe("tokenCount", () => {
  it.each([
    [0, 0],
    [-0, 0],
    [9120, 9120],
    [12.0, 12],
    ["0", 0],
    ["9120", 9120],
    ["007", 7],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ])("%j is %d", (value, expected) => {
    expect(tokenCount(value)).toBe(expected);
  });

  it.each([
    1.5,
    -1,
    2 ** 53,
    1e300,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "",
    " 1",
    "1 ",
    "-1",
    "+1",
    "1.0",
    "1e3",
    "0x10",
    "९",
    "9007199254740992",
    "9".repeat(400),
    true,
    null,
    undefined,
    [5],
    {},
  ])("%j is none", (value) => {
    expect(tokenCount(value)).toBeNull();
  });

  it("reads a whole number and its text alike", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (count) => {
        expect(tokenCount(count)).toBe(count);
        expect(tokenCount(String(count))).toBe(count);
      }),
    );
  });
});
