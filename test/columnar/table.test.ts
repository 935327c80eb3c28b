import { tableFromIPC } from "@uwdata/flechette";
import { tableToIPC } from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toArrowTable } from "../../src/columnar/arrow-table.ts";
import { type Cell, cellsOf, numberColumn, someColumns, textColumn } from "./columns.ts";

function plain(value: unknown): Cell {
  if (value instanceof Date) return value.getTime();
  return typeof value === "bigint" ? Number(value) : ((value ?? null) as Cell); // nothing else for these types
}

describe("toArrowTable", () => {
  it("is read back by flechette, cell by cell", async () => {
    await fc.assert(
      fc.asyncProperty(someColumns, async ({ columns, rows }) => {
        const read = tableFromIPC(tableToIPC(await toArrowTable(columns, rows), "file"));
        expect(read.numRows).toBe(rows);
        for (const column of columns) {
          const cells = rows === 0 ? [] : Array.from(read.getChild(column.name).toArray(), plain);
          expect(cells, column.name).toEqual(cellsOf(column, rows));
        }
      }),
      { numRuns: 200 },
    );
  });

  it("uses dictionary text and timestamps of milliseconds without a zone", async () => {
    const table = await toArrowTable([textColumn("a", ["x", null]), numberColumn("t", "timestamp", [1, 2])], 2);
    expect(table.schema.fields.map((field) => String(field.type))).toEqual([
      "Dictionary<Int32, Utf8>",
      "Timestamp<MILLISECOND>",
    ]);
    expect(table.getChild("a")?.nullCount).toBe(1);
  });
});
