import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Wanted, readObjects } from "../../src/parse/json-fields.ts";

const wanted: Wanted = { a: "value", there: "presence", part: { b: "value", c: "value" }, __proto__x: "value" };

const read = (text: string): unknown[] => [...readObjects(Buffer.from(text), 0, wanted)];

/** The same through the parser: the whole record becomes an object, of which little is taken. */
function oracle(value: unknown): unknown {
  return fieldsOf(value, wanted);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "list";
  if (typeof value === "object") return "object";
  if (typeof value === "string") return "text";
  return typeof value === "number" ? "number" : "flag";
}

function fieldsOf(value: unknown, fields: Wanted): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const kept = Object.entries(value).flatMap(([name, cell]): [string, unknown][] => {
    const form = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (form === undefined) return [];
    if (cell === null) return [[name, null]];
    if (typeof form === "object" && typeof cell === "object" && !Array.isArray(cell))
      return [[name, fieldsOf(cell, form)]];
    if (form === "value" && typeof cell !== "object") return [[name, cell]];
    return [[name, { unkept: kindOf(cell) }]];
  });
  return Object.fromEntries(kept);
}

const anyName = fc.oneof(
  fc.constantFrom("a", "b", "c", "there", "part", "__proto__", ""),
  fc.string({ unit: "binary" }),
);
const { any } = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.array(fc.tuple(anyName, tie("any")), { maxLength: 6 }).map((pairs) => Object.fromEntries(pairs)),
  ),
}));
const layouts = fc.constantFrom(undefined, 1, "\t");

describe("the walk over fields", () => {
  it("finds what a parser finds, in any record", () => {
    fc.assert(
      fc.property(fc.array(any, { maxLength: 5 }), layouts, (values, space) => {
        const objects = values.filter((value) => !Array.isArray(value));
        const lines = objects.map((value) => JSON.stringify(value, null, space)).join("\n");
        expect(read(lines)).toEqual(objects.map(oracle));
        expect(read(JSON.stringify(objects, null, space))).toEqual(objects.map(oracle));
      }),
      { numRuns: 500 },
    );
  });

  it("takes escaped names, the last of a name that comes twice, and records without anything between them", () => {
    expect(read(`{"\\u0061":1,"a":2}{"p\\u0061rt":{"b":"\\"x"}}\r\n[{"a":3},7]`)).toEqual([
      { a: 2 },
      { part: { b: '"x' } },
      { a: 3 },
      null,
    ]);
  });

  it("keeps no long text, whatever field it stands in", () => {
    expect(read(`{"a":"${"x".repeat(20_000)}"}`)).toEqual([{ a: { unkept: "long text" } }]);
  });

  it("names the place of broken JSON and nothing of what stands there", () => {
    fc.assert(
      fc.property(any, fc.nat(), (value, at) => {
        const text = JSON.stringify({ a: "secret-secret", part: { b: "secret" }, value });
        const cut = text.slice(0, 1 + (at % (text.length - 1)));
        expect(() => read(cut)).toThrow(/^unexpected byte at \d+$/);
      }),
    );
    for (const text of [
      `{"a" 1}`,
      `{"a":1 "part":2}`,
      `{a:1}`,
      `{"x":[}]}`,
      `{"x":[}}`,
      `{"x":{"y":[1}}`,
      `[{"a":1}`,
      `{"a":tru}`,
      `{"a":1}}`,
    ])
      expect(() => read(text), text).toThrow(/^unexpected byte at \d+$/);
    expect(() => read("[".repeat(20_000))).toThrow(/^unexpected byte/);
  });
});
