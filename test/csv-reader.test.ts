import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CsvField, CsvReader } from "../src/csv-reader.ts";
import { csvText } from "./support/athena-backend.ts";

function read(text: string, cuts: readonly number[] = []): CsvField[][] {
  const reader = new CsvReader();
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].toSorted((a, b) => a - b);
  const pieces = [0, ...places].map((from, index) => text.slice(from, places[index]));
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

describe("the CSV of a result", () => {
  it("tells null from an empty text", () => {
    expect(read('"a","b","c"\n"",,"x"\n,,\n')).toEqual([
      ["a", "b", "c"],
      ["", null, "x"],
      [null, null, null],
    ]);
  });

  it("takes an empty line for one column of null", () => {
    expect(read('"a"\n\n"x"\n')).toEqual([["a"], [null], ["x"]]);
  });

  it("keeps quotes, commas and line ends inside a value", () => {
    expect(read('"say ""hi"", you","two\r\nlines"\r\n')).toEqual([['say "hi", you', "two\r\nlines"]]);
  });

  it("reads values without quotes, and a last row without a line end", () => {
    expect(read("1,true,\n2,,x")).toEqual([
      ["1", "true", null],
      ["2", null, "x"],
    ]);
  });

  it("refuses what ends inside a value", () => {
    expect(() => read('"a"\n"b')).toThrow("does not end");
  });

  it("refuses what follows a closing quote", () => {
    expect(() => read('"a"b\n')).toThrow("followed by other text");
  });

  it("gives back any rows, cut anywhere", () => {
    const value = fc.option(fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "a", "é", "") }));
    const table = fc.integer({ min: 1, max: 4 }).chain((width) =>
      fc.record({
        rows: fc.array(fc.array(value, { minLength: width, maxLength: width }), { maxLength: 8 }),
        cuts: fc.array(fc.nat(), { maxLength: 8 }),
        width: fc.constant(width),
      }),
    );
    fc.assert(
      fc.property(table, ({ rows, cuts, width }) => {
        const columns = Array.from({ length: width }, (_, index) => ({ name: `c${index}`, type: "varchar" }));
        expect(read(csvText({ columns, rows }), cuts)).toEqual([columns.map(({ name }) => name), ...rows]);
      }),
    );
  });
});
