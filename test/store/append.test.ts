/** Rows on their way into a temporary table: values go by their names, never by the order of properties. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Column, column } from "../../src/schema/column.ts";
import { fillTemporary } from "../../src/store/append.ts";
import { rowsOf, startDuck, stopDuck } from "../../src/store/duck.ts";

const columns = [
  column("name", "text", ""),
  column("place", "text", ""),
  column("calls", "bigint", ""),
  column("share", "double", ""),
  column("position", "integer", ""),
  column("is_last", "boolean", ""),
] as const;

const row = fc.record({
  name: fc.option(fc.stringMatching(/^[a-z]{0,5}$/), { nil: null }),
  place: fc.option(fc.stringMatching(/^[a-z]{0,5}$/), { nil: null }),
  calls: fc.option(fc.nat(), { nil: null }),
  share: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: null }),
  position: fc.option(fc.nat(1000), { nil: null }),
  is_last: fc.option(fc.boolean(), { nil: null }),
});

const names = columns.map(({ name }) => name);

it("fills a table by name: properties and columns in any order make the same rows", async () => {
  const duck = await startDuck({ threads: 1 });
  try {
    const orders = fc.shuffledSubarray(names, { minLength: names.length });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 4 }), orders, orders, async (rows, ofProperties, ofColumns) => {
        const read = async (): Promise<readonly (readonly unknown[])[]> =>
          await rowsOf(duck.connection, `SELECT ${names.join(", ")} FROM temp.filled ORDER BY rowid`);
        await fillTemporary(duck.connection, "filled", columns, rows);
        const wanted = await read();
        expect(wanted.length).toBe(rows.length);
        expect(wanted.map(([name]) => name)).toEqual(rows.map(({ name }) => name));
        const shuffled = rows.map((each) => Object.fromEntries(ofProperties.map((name) => [name, each[name]])));
        const reordered: readonly Column[] = columns.toSorted(
          (a, b) => ofColumns.indexOf(a.name) - ofColumns.indexOf(b.name),
        );
        // Object.fromEntries forgets which names it was given
        await fillTemporary(duck.connection, "filled", reordered, shuffled as Record<string, string | number | null>[]);
        expect(await read()).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  } finally {
    stopDuck(duck);
  }
});

it("refuses a row that says nothing of a column, instead of leaving it empty", async () => {
  const duck = await startDuck({ threads: 1 });
  try {
    const two: readonly Column[] = columns.slice(0, 2);
    await expect(fillTemporary(duck.connection, "filled", two, [{ name: "a" }])).rejects.toThrow(/nothing of place/);
  } finally {
    stopDuck(duck);
  }
});
