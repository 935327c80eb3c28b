/** Owns turning columns into an Arrow table over the same arrays; Arrow itself is loaded only here. */
import type { Data, Table, Utf8, Vector } from "apache-arrow";
import type { EncodedColumn } from "./encoded-column.ts";

type Arrow = typeof import("apache-arrow");

/** Text becomes dictionary encoded, timestamps `timestamp[ms]` without a zone. */
export async function toArrowTable(columns: readonly EncodedColumn[], rows: number): Promise<Table> {
  const arrow = await import("apache-arrow");
  const children = columns.map((column) => toData(arrow, column, rows));
  const fields = columns.map((column, index) => new arrow.Field(column.name, typeOf(children, index, arrow), true));
  const data = arrow.makeData({ type: new arrow.Struct(fields), length: rows, nullCount: 0, children });
  return new arrow.Table(new arrow.RecordBatch(new arrow.Schema(fields), data));
}

function typeOf(children: readonly Data[], index: number, arrow: Arrow): Data["type"] {
  return children[index]?.type ?? new arrow.Null();
}

function toData(arrow: Arrow, column: EncodedColumn, rows: number): Data {
  if (column.type === "text") {
    const { bitmap, nullCount } = bitmapOf(rows, (row) => (column.codes[row] ?? -1) >= 0);
    const dictionary = utf8Vector(arrow, column.dictionary);
    const type = new arrow.Dictionary(dictionary.type, new arrow.Int32());
    // -1 marks null here; Arrow wants an index that exists.
    const data = column.codes.subarray(0, rows).map((code) => Math.max(code, 0));
    return arrow.makeData({ type, length: rows, nullCount, nullBitmap: bitmap, data, dictionary });
  }
  const { bitmap, nullCount } = bitmapOf(rows, (row) => column.valid[row] === 1);
  const common = { length: rows, nullCount, nullBitmap: bitmap };
  if (column.type === "boolean") {
    const data = bitmapOf(rows, (row) => column.values[row] === 1).bitmap;
    return arrow.makeData({ type: new arrow.Bool(), ...common, data });
  }
  const values = column.values.subarray(0, rows);
  switch (column.type) {
    case "integer":
      return arrow.makeData({ type: new arrow.Int32(), ...common, data: Int32Array.from(values) });
    case "double":
      return arrow.makeData({ type: new arrow.Float64(), ...common, data: values });
    case "bigint":
      return arrow.makeData({ type: new arrow.Int64(), ...common, data: BigInt64Array.from(values, BigInt) });
    case "timestamp":
      return arrow.makeData({
        type: new arrow.TimestampMillisecond(),
        ...common,
        data: BigInt64Array.from(values, BigInt),
      });
  }
}

/** Arrow's own builder takes twenty times as long for each value. */
function utf8Vector(arrow: Arrow, texts: readonly string[]): Vector<Utf8> {
  const valueOffsets = new Int32Array(texts.length + 1);
  let data = Buffer.allocUnsafe(1024);
  let length = 0;
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] ?? "";
    if (length + text.length * 3 > data.length) {
      const grown = Buffer.allocUnsafe(Math.max(length + text.length * 3, data.length * 2));
      data.copy(grown, 0, 0, length);
      data = grown;
    }
    length += data.write(text, length, "utf8");
    valueOffsets[i + 1] = length;
  }
  const type = new arrow.Utf8();
  return new arrow.Vector([
    arrow.makeData({ type, length: texts.length, nullCount: 0, valueOffsets, data: data.subarray(0, length) }),
  ]);
}

function bitmapOf(rows: number, isSet: (row: number) => boolean): { bitmap: Uint8Array; nullCount: number } {
  const bitmap = new Uint8Array((rows + 7) >> 3);
  let nullCount = rows;
  for (let row = 0; row < rows; row++) {
    if (!isSet(row)) continue;
    bitmap[row >> 3] = (bitmap[row >> 3] ?? 0) | (1 << (row & 7));
    nullCount--;
  }
  return { bitmap, nullCount };
}
