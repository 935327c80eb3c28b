import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matches, matchesArn, matchesResource, patternOf } from "../../src/policy/pattern.ts";

/** The same question to a regular expression. */
function oracle(pattern: string, text: string): boolean {
  const source = pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, (letter) =>
    letter === "*" ? "[^]*" : letter === "?" ? "[^]" : `\\${letter}`,
  );
  return new RegExp(`^${source}$`, "u").test(text);
}

const letters = (set: string): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...Array.from(set)), { maxLength: 12 }).map((all) => all.join(""));

describe("wildcards", () => {
  it("match as a regular expression does", () => {
    fc.assert(
      fc.property(letters("ab:*?"), letters("ab:"), (pattern, text) => {
        expect(matches(patternOf(pattern), text)).toBe(oracle(pattern, text));
      }),
      { numRuns: 3_000 },
    );
  });

  it("take no longer for a pattern made to be slow", () => {
    expect(matches(patternOf(`${"*a".repeat(200)}b`), "a".repeat(5_000))).toBe(false);
  });

  it("in ARNs stay within a segment", () => {
    const segment = letters("ab*?");
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 6, maxLength: 6 }),
        fc.array(letters("ab"), { minLength: 6, maxLength: 6 }),
        (wanted, given) => {
          const expected = wanted.every((part, index) => oracle(part, given[index] ?? ""));
          expect(matchesArn(patternOf(wanted.join(":")), given.join(":"))).toBe(expected);
          expect(matchesResource(patternOf(wanted.join(":")), given.join(":"))).toBe(
            expected || (/^[*:]+$/.test(wanted.join("")) && wanted.join(":") === "*"),
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["arn:aws:bedrock:*:*:foundation-model/*", "arn:aws:bedrock:::foundation-model/a.b:0", true],
    ["arn:aws:bedrock:eu-*", "arn:aws:bedrock:eu-west-1::foundation-model/a.b:0", true],
    ["arn:aws:bedrock:*:foundation-model/*", "arn:aws:bedrock:eu-west-1::foundation-model/a.b:0", false],
    ["arn:aws:bedrock:eu-west-1::foundation-model/a.b:*", "arn:aws:bedrock:eu-west-1::foundation-model/a.b:0:x", true],
    ["*", "*", true],
    ["**", "arn:a", true],
    ["arn:*", "*", false],
    ["*:*", "*", false],
  ])("resource %s and %s: %s", (pattern, resource, expected) => {
    expect(matchesResource(patternOf(pattern), resource)).toBe(expected);
  });

  it.each([
    ["arn:aws:iam:*", false],
    ["arn:aws:iam::*", false],
    ["arn:aws:iam::*:*", true],
    ["arn:*:iam::1?:role/a:*", true],
    ["arn:aws:iam::12:role/a", false],
  ])("ARN %s: %s", (pattern, expected) => {
    expect(matchesArn(patternOf(pattern), "arn:aws:iam::12:role/a:b")).toBe(expected);
  });

  it("in ARNs need six segments on both sides, or nothing is meant", () => {
    for (const short of ["arn:aws:iam::12", "*", "", "arn:aws:iam::"])
      expect(matchesArn(patternOf("arn:*:*:*:*:*"), short)).toBe(false);
    expect(matchesArn(patternOf("*"), "arn:aws:iam::12:role/a")).toBe(false);
  });
});
