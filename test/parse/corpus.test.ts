/** The proof that every record of the corpus becomes the row that was written down for it by hand. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type EventRow, toEvent } from "../../src/parse/event.ts";
import { isBedrockRecord, isSoundRecord } from "../../src/parse/record.ts";

interface Case {
  readonly name: string;
  readonly record: unknown;
}
interface Expected {
  readonly name: string;
  readonly row: EventRow;
}

function read(file: string): string {
  return readFileSync(new URL(`../corpus/${file}`, import.meta.url), "utf8");
}

// Own files: their shape is what the cases below compare.
const cases = JSON.parse(read("records.json")) as readonly Case[];
const expected = new Map(
  (JSON.parse(read("expected-events.json")) as readonly Expected[]).map(({ name, row }) => [name, row]),
);

describe("corpus of records", () => {
  it("has one expected row for each of at least 80 records", () => {
    expect(cases.length).toBeGreaterThanOrEqual(80);
    expect(cases.map((entry) => entry.name)).toEqual([...expected.keys()]);
  });

  it.each(cases)("$name", ({ name, record }) => {
    expect(isBedrockRecord(record)).toBe(true);
    if (!isSoundRecord(record)) throw new Error("the record was rejected");
    expect(toEvent(record)).toStrictEqual(expected.get(name));
  });
});
