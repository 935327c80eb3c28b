import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventBatch } from "../../src/parse/event-batch.ts";
import type { EventRow } from "../../src/parse/event.ts";
import { eventTable } from "../../src/schema/event.ts";
import { cellsOf, wellFormed } from "../columnar/columns.ts";

interface Expected {
  readonly row: EventRow;
}

// Texts as UTF-8 can hold them: a lone surrogate of the corpus is replaced.
const corpus = readFileSync(new URL("../corpus/expected-events.json", import.meta.url), "utf8");
const stored = (_: string, value: unknown): unknown => (typeof value === "string" ? wellFormed(value) : value);
// The corpus of expected rows; its own test holds it to its shape.
const rows = (JSON.parse(corpus, stored) as readonly Expected[]).map(({ row }) => row);

const [first] = rows;
if (first === undefined) throw new Error("the corpus is empty");

describe("EventBatch", () => {
  it("has the columns of the table, in order, with their types", () => {
    const taken = new EventBatch().take();
    expect(taken.map(({ name, type }) => ({ name, type }))).toEqual(
      eventTable.columns.map(({ name, type }) => ({ name, type })),
    );
  });

  it("gives back every row, in order, and starts anew after each take", () => {
    const batch = new EventBatch();
    const some = fc.array(fc.constantFrom(...rows), { maxLength: 40 });
    fc.assert(
      fc.property(some, (given) => {
        given.forEach((row, index) => batch.append(row, `uri-${index % 3}`, index));
        expect(batch.length).toBe(given.length);
        const columns = batch.take();
        expect(batch.length).toBe(0);
        const wanted = given.map((row, index) => ({ ...row, object_uri: `uri-${index % 3}`, record_index: index }));
        const read = given.map((_, at) =>
          Object.fromEntries(columns.map((column) => [column.name, cellsOf(column, given.length)[at]])),
        );
        expect(read).toEqual(wanted);
      }),
    );
  });

  it("takes each value by its name, in whatever order a row was put together", () => {
    fc.assert(
      fc.property(fc.constantFrom(...rows), fc.infiniteStream(fc.nat()), (row, ranks) => {
        const shuffled = Object.entries(row)
          .map((entry) => ({ entry, rank: ranks.next().value ?? 0 }))
          .toSorted((a, b) => a.rank - b.rank)
          .map(({ entry }) => entry);
        const [ordered, mixed] = [new EventBatch(), new EventBatch()];
        ordered.append(row, "uri", 7);
        // the same properties of the same row
        mixed.append(Object.fromEntries(shuffled) as EventRow, "uri", 7);
        expect(mixed.take()).toEqual(ordered.take());
      }),
    );
  });

  it("forgets rows from any length on", () => {
    const batch = new EventBatch();
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...rows), { maxLength: 10 }), fc.nat(10), (given, keep) => {
        given.forEach((row, index) => batch.append(row, "uri", index));
        batch.truncate(Math.min(keep, given.length));
        batch.append(first, "other", 7);
        const kept = [...given.slice(0, keep), first].map((row) => row.event_id);
        expect(batch.length).toBe(kept.length);
        const columns = batch.take();
        const [ids] = columns;
        expect(ids === undefined ? [] : cellsOf(ids, kept.length)).toEqual(kept);
      }),
    );
  });

  it("keeps values apart also where it stops looking them up", () => {
    const batch = new EventBatch();
    const count = 20_000;
    for (let i = 0; i < count; i++)
      batch.append({ ...first, event_id: `id-${i}`, source_ip: `ip-${i % 5000}` }, "uri", i);
    const columns = batch.take();
    const cells = (name: string): unknown[] =>
      columns.filter((column) => column.name === name).flatMap((column) => cellsOf(column, count));
    expect(cells("event_id")).toEqual(Array.from({ length: count }, (_, i) => `id-${i}`));
    expect(cells("source_ip")).toEqual(Array.from({ length: count }, (_, i) => `ip-${i % 5000}`));
    const uri = columns.find((column) => column.name === "object_uri");
    expect(uri?.type === "text" ? uri.dictionary : null).toEqual(["uri"]);
  });
});
