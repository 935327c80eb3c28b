/** Arbitrary columns for the tests, and what their cells mean in plain values. */
import fc from "fast-check";
import type { EncodedColumn } from "../../src/columnar/encoded-column.ts";

export type Cell = string | number | boolean | null;

/** The cells of a column as plain values: text with lone surrogates replaced, as UTF-8 has none. */
export function cellsOf(column: EncodedColumn, rows: number): Cell[] {
  return Array.from({ length: rows }, (_, row) => {
    if (column.type === "text") {
      const code = column.codes[row] ?? -1;
      return code < 0 ? null : wellFormed(column.dictionary[code] ?? "");
    }
    if (column.valid[row] !== 1) return null;
    const value = column.values[row] ?? 0;
    return column.type === "boolean" ? value === 1 : value;
  });
}

/** The text as it comes back from UTF-8: lone surrogates replaced. */
export function wellFormed(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}

export function textColumn(name: string, cells: readonly (string | null)[]): EncodedColumn {
  const dictionary = [...new Set(cells.filter((cell) => cell !== null))];
  const codes = Int32Array.from(cells, (cell) => (cell === null ? -1 : dictionary.indexOf(cell)));
  return { name, type: "text", codes, dictionary };
}

/** Every value stands in the dictionary of its own. */
export function uniqueTextColumn(name: string, cells: readonly (string | null)[]): EncodedColumn {
  const dictionary: string[] = [];
  const codes = Int32Array.from(cells, (cell) => (cell === null ? -1 : dictionary.push(cell) - 1));
  return { name, type: "text", codes, dictionary };
}

export function numberColumn(
  name: string,
  type: "integer" | "bigint" | "double" | "timestamp",
  cells: readonly (number | null)[],
): EncodedColumn {
  return { name, type, values: Float64Array.from(cells, (cell) => cell ?? 0), valid: validOf(cells) };
}

export function booleanColumn(name: string, cells: readonly (boolean | null)[]): EncodedColumn {
  return {
    name,
    type: "boolean",
    values: Uint8Array.from(cells, (cell) => (cell === true ? 1 : 0)),
    valid: validOf(cells),
  };
}

function validOf(cells: readonly unknown[]): Uint8Array {
  return Uint8Array.from(cells, (cell) => (cell === null ? 0 : 1));
}

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 90 }),
  fc.constantFrom("", "eu-west-1", "é", "\u{1f600}", "a".repeat(300), "\ud800", "\u2028"),
);

/** Columns of every type with the same number of rows. */
export const someColumns: fc.Arbitrary<{ columns: EncodedColumn[]; rows: number }> = fc
  .integer({ min: 0, max: 60 })
  .chain((rows) => {
    const cells = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<(Value | null)[]> =>
      fc.oneof(
        fc.array(fc.option(value), { minLength: rows, maxLength: rows }),
        fc.array(value, { minLength: rows, maxLength: rows }),
        fc.constant(Array.from({ length: rows }, () => null)),
      );
    return fc.record({
      rows: fc.constant(rows),
      columns: fc.tuple(
        cells(text).map((values) => textColumn("repeating", values)),
        cells(fc.constantFrom("a", "bé", "c")).map((values) => textColumn("few", values)),
        cells(text).map((values) => uniqueTextColumn("unique", values)),
        cells(fc.integer()).map((values) => numberColumn("whole", "integer", values)),
        cells(fc.maxSafeInteger()).map((values) => numberColumn("big", "bigint", values)),
        cells(fc.integer({ min: -1e12, max: 4e12 })).map((values) => numberColumn("time", "timestamp", values)),
        cells(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)).map((values) =>
          numberColumn("fraction", "double", values),
        ),
        cells(fc.boolean()).map((values) => booleanColumn("flag", values)),
      ),
    });
  });
