import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "duckdb";
import fc from "fast-check";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { afterAll, describe, expect, it } from "vitest";
import type { EncodedColumn } from "../../src/columnar/encoded-column.ts";
import { encodeParquet } from "../../src/columnar/parquet.ts";
import {
  type Cell,
  booleanColumn,
  cellsOf,
  numberColumn,
  someColumns,
  textColumn,
  uniqueTextColumn,
} from "./columns.ts";

const folder = mkdtempSync(join(tmpdir(), "spillway-parquet-"));
afterAll(() => rmSync(folder, { recursive: true }));

function plain(value: unknown): Cell {
  if (value instanceof Date) return value.getTime();
  if (typeof value === "bigint") return Number(value);
  return value as Cell; // the readers hand out nothing else for these types
}

async function withHyparquet(file: Uint8Array, columns: readonly EncodedColumn[]): Promise<Cell[][]> {
  const rows = await parquetReadObjects({ file: new Uint8Array(file).buffer });
  return columns.map((column) => rows.map((row) => plain(row[column.name])));
}

async function withDuckdb(file: Uint8Array, columns: readonly EncodedColumn[]): Promise<Cell[][]> {
  const path = join(folder, "t.parquet");
  writeFileSync(path, file);
  const instance = await DuckDBInstance.create(":memory:");
  try {
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll(
      `SELECT * REPLACE (epoch_ms(time) AS time) FROM read_parquet('${path}', file_row_number = true) ORDER BY file_row_number`,
    );
    const rows = reader.getRowObjectsJS();
    connection.closeSync();
    return columns.map((column) => rows.map((row) => plain(row[column.name])));
  } finally {
    instance.closeSync();
  }
}

/** Minus zero is zero in these comparisons. */
function expectedCells(columns: readonly EncodedColumn[], rows: number): Cell[][] {
  return columns.map((column) => cellsOf(column, rows));
}

function manyRows(rows: number): EncodedColumn[] {
  const each = <Value>(value: (row: number) => Value): Value[] => Array.from({ length: rows }, (_, row) => value(row));
  return [
    uniqueTextColumn(
      "unique",
      each((row) => `id-${row}`),
    ),
    {
      name: "repeating",
      type: "text",
      codes: Int32Array.from(each((row) => (row % 7 === 0 ? -1 : row % 30_000))),
      dictionary: each((row) => `word ${row}`).slice(0, 30_000),
    },
    numberColumn(
      "whole",
      "integer",
      each((row) => (row % 3 === 0 ? null : row)),
    ),
    numberColumn(
      "time",
      "timestamp",
      each((row) => 1_790_000_000_000 + row),
    ),
    booleanColumn(
      "flag",
      each((row) => (row % 5 === 0 ? null : row % 2 === 0)),
    ),
  ];
}

describe("encodeParquet", () => {
  it("is read back by hyparquet, cell by cell", async () => {
    await fc.assert(
      fc.asyncProperty(someColumns, async ({ columns, rows }) => {
        const file = encodeParquet(columns, rows);
        expect(await withHyparquet(file, columns)).toEqual(expectedCells(columns, rows));
      }),
      { numRuns: 200 },
    );
  });

  it("is read back by DuckDB, cell by cell", async () => {
    await fc.assert(
      fc.asyncProperty(someColumns, async ({ columns, rows }) => {
        const file = encodeParquet(columns, rows);
        expect(await withDuckdb(file, columns)).toEqual(expectedCells(columns, rows));
      }),
      { numRuns: 40 },
    );
  });

  it.each([1, 7, 8, 9, 70_001])("keeps %i rows in order", async (rows) => {
    const columns = manyRows(rows);
    const file = encodeParquet(columns, rows);
    const wanted = expectedCells(columns, rows);
    expect(await withDuckdb(file, columns)).toEqual(wanted);
    expect(await withHyparquet(file, columns)).toEqual(wanted);
  });

  it("declares optional columns, UTF-8 text and timestamps without a zone", () => {
    const columns = [textColumn("few", ["a"]), numberColumn("time", "timestamp", [1])];
    const { schema } = parquetMetadata(new Uint8Array(encodeParquet(columns, 1)).buffer);
    expect(schema.slice(1)).toMatchObject([
      { name: "few", type: "BYTE_ARRAY", repetition_type: "OPTIONAL", converted_type: "UTF8" },
      {
        name: "time",
        type: "INT64",
        repetition_type: "OPTIONAL",
        logical_type: { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MILLIS" },
      },
    ]);
  });

  it("spends next to nothing on columns without values", () => {
    const rows = 100_000;
    const empty = encodeParquet(
      [textColumn("a", []), numberColumn("b", "bigint", [])].map((column) => widen(column, rows)),
      rows,
    );
    expect(empty.length).toBeLessThan(1000);
  });
});

function widen(column: EncodedColumn, rows: number): EncodedColumn {
  if (column.type === "text") return { ...column, codes: new Int32Array(rows).fill(-1) };
  if (column.type === "boolean") return { ...column, values: new Uint8Array(rows), valid: new Uint8Array(rows) };
  return { ...column, values: new Float64Array(rows), valid: new Uint8Array(rows) };
}
