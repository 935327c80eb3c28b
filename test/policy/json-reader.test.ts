import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonError, placeOf, plainValue, readJson } from "../../src/policy/json-reader.ts";

function problemOf(text: string): string {
  try {
    readJson(text);
    return "none";
  } catch (thrown) {
    if (!(thrown instanceof JsonError)) throw thrown;
    const { line, column } = placeOf(text, thrown.offset);
    return `${line}:${column} ${thrown.message}`;
  }
}

describe("reading JSON with places", () => {
  it("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, 2, "\t"), (value, blanks) => {
        const text = JSON.stringify(value, null, blanks);
        expect(plainValue(readJson(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it("refuses what JSON.parse refuses", () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 3 }),
        fc.nat(),
        fc.constantFrom("", ",", "}", '"', "x", "\n", "\\", "0", ":"),
        (value, at, noise) => {
          const whole = JSON.stringify(value);
          const cut = at % (whole.length + 1);
          const text = whole.slice(0, cut) + noise + whole.slice(cut + (noise === "" ? 1 : 0));
          let accepted = true;
          try {
            JSON.parse(text);
          } catch {
            accepted = false;
          }
          const problem = problemOf(text);
          if (!problem.includes("stands twice")) expect(problem === "none").toBe(accepted);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("gives every value the place where it is written", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.integer(), fc.boolean())), (items) => {
        const text = JSON.stringify(items, null, 1);
        const node = readJson(text);
        if (node.kind !== "array") throw new Error("a list was written");
        expect(node.items.map(({ start, end }): unknown => JSON.parse(text.slice(start, end)))).toEqual(items);
      }),
    );
  });

  it.each([
    ["", "1:1 the text is empty"],
    ["{", "1:2 a key in double quotes was expected, the text ends"],
    ['{"a":1,\n "a":2}', '2:2 the key "a" stands twice in one object'],
    ['{"a":1,\n  "\\u0061":2}', '2:3 the key "a" stands twice in one object'],
    ['{"a": [1, 2,]}', "1:12 there is a comma before ]"],
    ['{"a" 1}', '1:6 a colon was expected, "1" stands here'],
    ['{"a": nul}', '1:7 "nul" is not a value'],
    ['{"a": "b\n"}', "1:7 the text in quotes does not end"],
    ["{'a': 1}", `1:2 a key in double quotes was expected, "'" stands here`],
    ['{"a": 1} x', "1:10 there is more text behind the end of the value"],
    ['["\\x"]', "1:3 an escape that JSON does not know"],
    ['{"a": 1 "b": 2}', '1:9 a comma or } was expected, """ stands here'],
  ])("%s", (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  it("does not fall over a text that is nested without end", () => {
    expect(problemOf("[".repeat(100_000))).toContain("nested more than");
  });
});
