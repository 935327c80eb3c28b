/** Owns writing columns as a Parquet file: one row group, uncompressed, a dictionary for text that repeats. */
import { ByteSink } from "./byte-sink.ts";
import type { EncodedColumn } from "./encoded-column.ts";
import { ThriftWriter } from "./thrift.ts";

const magic = 0x31_52_41_50; // PAR1

// Numbers of the enums in parquet.thrift.
const encoding = { plain: 0, rle: 3, rleDictionary: 8 } as const;
const pageType = { data: 0, dictionary: 2 } as const;
const physical = { boolean: 0, integer: 1, bigint: 2, timestamp: 2, double: 5, text: 6 } as const;
const converted = { utf8: 0 } as const;
const optional = 1;

/** Bits of a dictionary's codes that `bitPacked` can hold. */
const maxWidth = 24;

interface Chunk {
  readonly column: EncodedColumn;
  readonly start: number;
  readonly dataPage: number;
  readonly dictionaryPage: number | null;
  readonly bytes: number;
}

/** A Parquet file of `rows` rows; every column is optional. */
export function encodeParquet(columns: readonly EncodedColumn[], rows: number): Uint8Array {
  const sink = new ByteSink(1 << 20);
  const body = new ByteSink(1 << 16);
  sink.uint32(magic);
  const chunks = rows === 0 ? [] : columns.map((column) => writeChunk(sink, body, column, rows));
  const footer = sink.length;
  sink.bytes(fileMetadata(columns, chunks, rows));
  sink.uint32(sink.length - footer);
  sink.uint32(magic);
  return sink.view();
}

function writeChunk(sink: ByteSink, body: ByteSink, column: EncodedColumn, rows: number): Chunk {
  const start = sink.length;
  const present = presenceOf(column, rows);
  const count = countOnes(present);
  const words = column.type === "text" ? column.dictionary.length : 0;
  // A dictionary pays where values repeat, and the reader is faster with it.
  const width = words > 0 && words <= count / 2 ? bitWidth(words - 1) : null;
  const asDictionary = width !== null && width <= maxWidth;
  if (column.type === "text" && asDictionary) {
    body.clear();
    for (const text of column.dictionary) body.text(text);
    writeDictionaryPage(sink, body, words);
  }
  const dataPage = sink.length;
  body.clear();
  writeLevels(body, present, count);
  if (column.type !== "text") writeNumbers(body, column, rows);
  else if (asDictionary) writeCodes(body, column.codes, rows, count, width);
  else writeTexts(body, column.codes, column.dictionary, rows);
  writeDataPage(sink, body, rows, asDictionary ? encoding.rleDictionary : encoding.plain);
  return { column, start, dataPage, dictionaryPage: asDictionary ? start : null, bytes: sink.length - start };
}

/** 1 for each row that has a value. */
function presenceOf(column: EncodedColumn, rows: number): Uint8Array {
  if (column.type !== "text") return column.valid.subarray(0, rows);
  const present = new Uint8Array(rows);
  const { codes } = column;
  for (let i = 0; i < rows; i++) present[i] = (codes[i] ?? -1) >= 0 ? 1 : 0;
  return present;
}

function countOnes(flags: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < flags.length; i++) count += flags[i] ?? 0;
  return count;
}

function bitWidth(largest: number): number {
  return 32 - Math.clz32(largest);
}

/** Definition levels: one run if all rows are alike, else a bit for each. */
function writeLevels(body: ByteSink, present: Uint8Array, count: number): void {
  const rows = present.length;
  const levels = new ByteSink(Math.ceil(rows / 8) + 16);
  if (count === 0 || count === rows) {
    levels.varint(rows * 2);
    levels.byte(count === 0 ? 0 : 1);
  } else writeBitPackedRun(levels, present, rows, 1);
  body.uint32(levels.length);
  body.bytes(levels.view());
}

function writeBitPackedRun(sink: ByteSink, values: ArrayLike<number>, count: number, width: number): void {
  const groups = Math.ceil(count / 8);
  sink.varint(groups * 2 + 1);
  const before = sink.length;
  sink.bitPacked(values, count, width);
  while (sink.length < before + groups * width) sink.byte(0);
}

function writeCodes(body: ByteSink, codes: Int32Array, rows: number, count: number, width: number): void {
  body.byte(width);
  if (width === 0) {
    body.varint(count * 2);
    return;
  }
  let packed = codes;
  if (count < rows) {
    packed = new Int32Array(count);
    let at = 0;
    for (let i = 0; i < rows; i++) {
      const code = codes[i] ?? -1;
      if (code >= 0) packed[at++] = code;
    }
  }
  writeBitPackedRun(body, packed, count, width);
}

function writeTexts(body: ByteSink, codes: Int32Array, dictionary: readonly string[], rows: number): void {
  for (let i = 0; i < rows; i++) {
    const code = codes[i] ?? -1;
    if (code >= 0) body.text(dictionary[code] ?? "");
  }
}

function writeNumbers(body: ByteSink, column: Exclude<EncodedColumn, { type: "text" }>, rows: number): void {
  if (column.type === "boolean") {
    const bits = column.values.subarray(0, rows).filter((_, row) => column.valid[row] === 1);
    body.bitPacked(bits, bits.length, 1);
  } else if (column.type === "integer") body.int32s(column.values, column.valid, rows);
  else if (column.type === "double") body.doubles(column.values, column.valid, rows);
  else body.int64s(column.values, column.valid, rows);
}

function writeDictionaryPage(sink: ByteSink, body: ByteSink, words: number): void {
  const header = new ThriftWriter().i32(1, pageType.dictionary).i32(2, body.length).i32(3, body.length);
  header.struct(7, (page) => page.i32(1, words).i32(2, encoding.plain));
  sink.bytes(header.finish());
  sink.bytes(body.view());
}

function writeDataPage(sink: ByteSink, body: ByteSink, rows: number, values: number): void {
  const header = new ThriftWriter().i32(1, pageType.data).i32(2, body.length).i32(3, body.length);
  header.struct(5, (page) => page.i32(1, rows).i32(2, values).i32(3, encoding.rle).i32(4, encoding.rle));
  sink.bytes(header.finish());
  sink.bytes(body.view());
}

function fileMetadata(columns: readonly EncodedColumn[], chunks: readonly Chunk[], rows: number): Uint8Array {
  const schema: readonly (EncodedColumn | null)[] = [null, ...columns];
  const groups = rows === 0 ? [] : [chunks];
  return new ThriftWriter()
    .i32(1, 1)
    .structs(2, schema, (writer, column) => {
      if (column === null) writer.text(4, "event").i32(5, columns.length);
      else writeSchema(writer, column);
    })
    .i64(3, rows)
    .structs(4, groups, (writer, group) => {
      const total = group.reduce((sum, chunk) => sum + chunk.bytes, 0);
      writer
        .structs(1, group, (item, chunk) => writeChunkMetadata(item, chunk, rows))
        .i64(2, total)
        .i64(3, rows);
    })
    .text(6, "spillway")
    .finish();
}

function writeSchema(writer: ThriftWriter, column: EncodedColumn): void {
  writer.i32(1, physical[column.type]).i32(3, optional).text(4, column.name);
  if (column.type === "text") {
    writer.i32(6, converted.utf8).struct(10, (logical) => logical.struct(1, () => {}));
  } else if (column.type === "timestamp") {
    // No converted type: it would say "UTC-adjusted", and these are UTC by convention only.
    writer.struct(10, (logical) =>
      logical.struct(8, (timestamp) => timestamp.boolean(1, false).struct(2, (unit) => unit.struct(1, () => {}))),
    );
  }
}

function writeChunkMetadata(writer: ThriftWriter, chunk: Chunk, rows: number): void {
  const encodings =
    chunk.dictionaryPage === null
      ? [encoding.plain, encoding.rle]
      : [encoding.plain, encoding.rle, encoding.rleDictionary];
  writer.i64(2, chunk.start).struct(3, (meta) => {
    meta.i32(1, physical[chunk.column.type]).i32s(2, encodings).texts(3, [chunk.column.name]);
    meta.i32(4, 0).i64(5, rows).i64(6, chunk.bytes).i64(7, chunk.bytes).i64(9, chunk.dataPage);
    if (chunk.dictionaryPage !== null) meta.i64(11, chunk.dictionaryPage);
  });
}
