/** Arrow: a stream of record batches in the IPC file format (also known as Feather). Only this file loads its library. */
import type { Data, DataType } from "apache-arrow";
import type { OutputStream } from "../../effects.ts";
import type { Cell, CellBatch, Result, ResultColumn } from "../../engines/engine.ts";
import { scaledDecimal } from "./decimal.ts";
import { type FormatOptions, send } from "./format.ts";
import { largeBatches } from "./row-groups.ts";

type Arrow = typeof import("apache-arrow");

export async function writeArrow(result: Result, output: OutputStream, options: FormatOptions = {}): Promise<number> {
  const arrow = await import("apache-arrow");
  const fields = result.columns.map((column) => new arrow.Field(column.name, arrowType(arrow, column), true));
  const schema = new arrow.Schema(fields, new Map(Object.entries(options.metadata ?? {})));
  let written: Uint8Array[] = [];
  // what the writer makes is sent before it gets the next batch: its own queue has no limit
  class Pieces extends arrow.AsyncByteQueue {
    override write(bytes: Uint8Array): void {
      if (bytes.byteLength > 0) written.push(bytes);
    }
  }
  const flush = async (): Promise<void> => {
    const pieces = written;
    written = [];
    for (const piece of pieces) await send(output, piece);
  };
  const writer = new arrow.RecordBatchFileWriter();
  writer.reset(new Pieces(), schema);
  let rows = 0;
  for await (const batch of largeBatches(result)) {
    writer.write(recordBatch(arrow, schema, result.columns, batch));
    await flush();
    rows += batch[0]?.length ?? 0;
  }
  writer.finish();
  await flush();
  return rows;
}

/** Whole numbers beyond 64 bits are text by their type: most readers of Arrow have no number that holds them. */
function arrowType(arrow: Arrow, { type, digits }: ResultColumn): DataType {
  switch (type) {
    case "boolean":
      return new arrow.Bool();
    case "integer":
      return new arrow.Int32();
    case "bigint":
      return new arrow.Int64();
    case "double":
      return new arrow.Float64();
    case "timestamp":
      return new arrow.TimestampMicrosecond("UTC");
    case "decimal":
      return digits === undefined ? new arrow.Utf8() : new arrow.Decimal(digits.fraction, digits.all, 128);
    default:
      return new arrow.Utf8();
  }
}

function recordBatch(
  arrow: Arrow,
  schema: InstanceType<Arrow["Schema"]>,
  columns: readonly ResultColumn[],
  batch: CellBatch,
): InstanceType<Arrow["RecordBatch"]> {
  const length = batch[0]?.length ?? 0;
  const children = columns.map((column, index) => columnData(arrow, column, batch[index] ?? []));
  const struct = arrow.makeData({ type: new arrow.Struct(schema.fields), length, nullCount: 0, children });
  return new arrow.RecordBatch(schema, struct);
}

/** Buffers are filled here: Arrow's own builders take ten times as long. */
function columnData(arrow: Arrow, column: ResultColumn, cells: readonly Cell[]): Data<DataType> {
  const length = cells.length;
  const { bits, count } = bitsOf(cells, (cell) => cell !== null);
  const base = { length, nullCount: length - count, nullBitmap: count === length ? null : bits };
  const type = arrowType(arrow, column);
  if (arrow.DataType.isBool(type))
    return arrow.makeData({ ...base, type, data: bitsOf(cells, (cell) => cell === true).bits });
  if (arrow.DataType.isInt(type) && type.bitWidth === 32)
    return arrow.makeData({ ...base, type: new arrow.Int32(), data: Int32Array.from(cells, Number) });
  if (arrow.DataType.isInt(type))
    return arrow.makeData({ ...base, type: new arrow.Int64(), data: BigInt64Array.from(cells, wholeNumber) });
  if (arrow.DataType.isFloat(type)) return arrow.makeData({ ...base, type, data: Float64Array.from(cells, Number) });
  if (arrow.DataType.isTimestamp(type))
    return arrow.makeData({ ...base, type, data: BigInt64Array.from(cells, wholeNumber) });
  if (arrow.DataType.isDecimal(type)) return arrow.makeData({ ...base, type, data: decimals(cells, type.scale) });
  return arrow.makeData({ ...base, type: new arrow.Utf8(), ...textBuffers(cells) });
}

function bitsOf(cells: readonly Cell[], isSet: (cell: Cell) => boolean): { bits: Uint8Array; count: number } {
  const bits = new Uint8Array((cells.length + 7) >> 3);
  let count = 0;
  for (const [row, cell] of cells.entries()) {
    if (!isSet(cell)) continue;
    bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
    count++;
  }
  return { bits, count };
}

function wholeNumber(cell: Cell): bigint {
  return cell === null ? 0n : BigInt(cell);
}

/** 128 bits each, little endian. */
function decimals(cells: readonly Cell[], fraction: number): Uint32Array {
  const halves = new BigInt64Array(cells.length * 2);
  for (const [row, cell] of cells.entries()) {
    const value = scaledDecimal(cell, { fraction });
    halves[row * 2] = BigInt.asIntN(64, value);
    halves[row * 2 + 1] = BigInt.asIntN(64, value >> 64n);
  }
  return new Uint32Array(halves.buffer);
}

function textBuffers(cells: readonly Cell[]): { valueOffsets: Int32Array; data: Buffer } {
  const valueOffsets = new Int32Array(cells.length + 1);
  let data = Buffer.allocUnsafe(1 << 16);
  let end = 0;
  for (const [row, cell] of cells.entries()) {
    const text = cell === null ? "" : String(cell);
    if (end + text.length * 3 > data.length) {
      const grown = Buffer.allocUnsafe(Math.max(end + text.length * 3, data.length * 2));
      data.copy(grown, 0, 0, end);
      data = grown;
    }
    end += data.write(text, end, "utf8");
    valueOffsets[row + 1] = end;
  }
  return { valueOffsets, data: data.subarray(0, end) };
}
