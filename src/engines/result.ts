/** Owns the way between plain columns and Arrow batches, in both directions. */
import type { Data, DataType, RecordBatch, Utf8, Vector } from "apache-arrow";
import type { ColumnType } from "../schema/column.ts";
import type { Result, ResultColumn } from "./engine.ts";

/** One value of a result. A timestamp is epoch milliseconds, UTC. */
export type Cell = string | number | bigint | boolean | null;

type Arrow = typeof import("apache-arrow");

/**
 * One Arrow batch from an array for each column. Buffers are filled here, because Arrow's own builders are ten times slower
 * (facts measured in bench/). Arrow is loaded on first use: `--help` does not pay for it.
 */
export async function arrowFromColumns(
  columns: readonly ResultColumn[],
  data: readonly (readonly Cell[])[],
): Promise<RecordBatch> {
  const arrow = await import("apache-arrow");
  const rows = data[0]?.length ?? 0;
  const children = columns.map((column, index) => columnData(arrow, column.type, data[index] ?? []));
  const fields = children.map(
    (child, index) => new arrow.Field<DataType>(columns[index]?.name ?? "", child.type, true),
  );
  const struct = arrow.makeData({ type: new arrow.Struct(fields), length: rows, nullCount: 0, children });
  return new arrow.RecordBatch(new arrow.Schema(fields), struct);
}

function columnData(arrow: Arrow, type: ColumnType, cells: readonly Cell[]): Data<DataType> {
  const length = cells.length;
  const { bitmap, nullCount } = validity(cells);
  const base = { length, nullCount, nullBitmap: nullCount === 0 ? null : bitmap };
  switch (type) {
    case "text": {
      const { codes, words } = dictionaryOf(cells);
      const dictionary = arrow.makeVector(utf8Data(arrow, words));
      return arrow.makeData({
        ...base,
        type: new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()),
        data: codes,
        dictionary,
      });
    }
    case "integer":
      return arrow.makeData({ ...base, type: new arrow.Int32(), data: Int32Array.from(cells, numberOf) });
    case "double":
      return arrow.makeData({ ...base, type: new arrow.Float64(), data: Float64Array.from(cells, numberOf) });
    case "bigint":
      return arrow.makeData({ ...base, type: new arrow.Int64(), data: BigInt64Array.from(cells, bigintOf) });
    case "timestamp":
      return arrow.makeData({
        ...base,
        type: new arrow.TimestampMillisecond(),
        data: BigInt64Array.from(cells, bigintOf),
      });
    case "boolean": {
      const bits = new Uint8Array((length + 7) >> 3);
      cells.forEach((cell, row) => {
        if (cell === true) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
      });
      return arrow.makeData({ ...base, type: new arrow.Bool(), data: bits });
    }
  }
}

function validity(cells: readonly Cell[]): { bitmap: Uint8Array; nullCount: number } {
  const bitmap = new Uint8Array((cells.length + 7) >> 3);
  let nullCount = 0;
  for (let row = 0; row < cells.length; row++) {
    if (cells[row] === null) nullCount++;
    else bitmap[row >> 3] = (bitmap[row >> 3] ?? 0) | (1 << (row & 7));
  }
  return { bitmap, nullCount };
}

function dictionaryOf(cells: readonly Cell[]): { codes: Int32Array; words: string[] } {
  const codes = new Int32Array(cells.length);
  const codeOf = new Map<string, number>();
  const words: string[] = [];
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row];
    if (cell === null || cell === undefined) continue;
    const word = String(cell);
    let code = codeOf.get(word);
    if (code === undefined) {
      code = words.push(word) - 1;
      codeOf.set(word, code);
    }
    codes[row] = code;
  }
  return { codes, words };
}

function utf8Data(arrow: Arrow, words: readonly string[]): Data<Utf8> {
  // word by word: joined text could weld a lone surrogate to its neighbour
  const parts = words.map((word) => Buffer.from(word, "utf8"));
  const valueOffsets = new Int32Array(words.length + 1);
  let end = 0;
  parts.forEach((part, index) => {
    end += part.length;
    valueOffsets[index + 1] = end;
  });
  return arrow.makeData({
    type: new arrow.Utf8(),
    length: words.length,
    nullCount: 0,
    valueOffsets,
    data: Buffer.concat(parts),
  });
}

function numberOf(cell: Cell): number {
  return cell === null ? 0 : Number(cell);
}

function bigintOf(cell: Cell): bigint {
  if (typeof cell === "bigint") return cell;
  return cell === null ? 0n : BigInt(Math.trunc(Number(cell)));
}

/** The values of one column of a batch. A dictionary's words are decoded once each. */
export function cellsOf(batch: RecordBatch, index: number): Cell[] {
  const vector = batch.getChildAt(index);
  const cells = Array.from<Cell>({ length: batch.numRows });
  if (vector === null) return cells.fill(null);
  const words = new Map<unknown, Cell>();
  const data = vector.data[0];
  const codes: unknown = data?.dictionary === undefined ? undefined : data.values;
  for (let row = 0; row < batch.numRows; row++) {
    const code = codes instanceof Int32Array && vector.isValid(row) ? codes[row] : undefined;
    let cell = code === undefined ? undefined : words.get(code);
    if (cell === undefined) {
      cell = plainCell(vector, row);
      if (code !== undefined) words.set(code, cell);
    }
    cells[row] = cell;
  }
  return cells;
}

function plainCell(vector: Vector, row: number): Cell {
  const value: unknown = vector.get(row);
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return value;
  return value instanceof Date ? value.getTime() : JSON.stringify(value);
}

/** Rows as arrays of cells, batch by batch. */
export async function* rowsOf(result: Result): AsyncGenerator<readonly Cell[]> {
  for await (const batch of result.batches) {
    const columns = result.columns.map((_, index) => cellsOf(batch, index));
    for (let row = 0; row < batch.numRows; row++) yield columns.map((cells) => cells[row] ?? null);
  }
}

export type PlainRow = Readonly<Record<string, Cell>>;

/** All rows as objects: for small results only. */
export async function plainRows(result: Result): Promise<PlainRow[]> {
  const rows: PlainRow[] = [];
  for await (const row of rowsOf(result)) {
    rows.push(Object.fromEntries(result.columns.map((column, index) => [column.name, row[index] ?? null])));
  }
  return rows;
}

/** A result made of one batch. */
export async function resultOf(columns: readonly ResultColumn[], data: readonly (readonly Cell[])[]): Promise<Result> {
  const batch = await arrowFromColumns(columns, data);
  return {
    columns,
    batches: (async function* (): AsyncGenerator<RecordBatch> {
      await Promise.resolve();
      yield batch;
    })(),
  };
}
