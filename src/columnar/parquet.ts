/** Writing columns as a Parquet file: uncompressed, a dictionary for text that repeats. */
import { ByteSink } from "./byte-sink.ts";
import type { EncodedColumn, ParquetColumn } from "./encoded-column.ts";
import { type Chunk, type RowGroup, encoding, fileMetadata } from "./parquet-metadata.ts";
import { ThriftWriter } from "./thrift.ts";

const magic = 0x31_52_41_50; // PAR1

const pageType = { data: 0, dictionary: 2 } as const;

/** Bits of a dictionary's codes that `bitPacked` can hold. */
const maxWidth = 24;

/** A Parquet file of `rows` rows in one group; every column is optional. */
export function encodeParquet(columns: readonly EncodedColumn[], rows: number): Uint8Array {
  const sink = new ByteSink(1 << 20);
  sink.uint32(magic);
  const groups = rows === 0 ? [] : [writeGroup(sink, 0, columns, rows)];
  writeFooter(sink, columns, groups, {});
  return sink.view();
}

/** A Parquet file in pieces: what the methods return, in order, makes up the file. */
export class ParquetPieces {
  readonly #groups: RowGroup[] = [];
  #length = 4;

  begin(): Uint8Array {
    const sink = new ByteSink(4);
    sink.uint32(magic);
    return sink.view();
  }

  group(columns: readonly ParquetColumn[], rows: number): Uint8Array {
    const sink = new ByteSink(1 << 20);
    this.#groups.push(writeGroup(sink, this.#length, columns, rows));
    this.#length += sink.length;
    return sink.view();
  }

  /** The end of the file. `columns` need no rows; `metadata` becomes the file's key-value metadata. */
  end(columns: readonly ParquetColumn[], metadata: Readonly<Record<string, string>>): Uint8Array {
    const sink = new ByteSink(1 << 12);
    writeFooter(sink, columns, this.#groups, metadata);
    return sink.view();
  }
}

function writeGroup(sink: ByteSink, base: number, columns: readonly ParquetColumn[], rows: number): RowGroup {
  const body = new ByteSink(1 << 16);
  return { rows, chunks: columns.map((column) => writeChunk(sink, body, base, column, rows)) };
}

function writeFooter(
  sink: ByteSink,
  columns: readonly ParquetColumn[],
  groups: readonly RowGroup[],
  metadata: Readonly<Record<string, string>>,
): void {
  const footer = sink.length;
  sink.bytes(fileMetadata(columns, groups, metadata));
  sink.uint32(sink.length - footer);
  sink.uint32(magic);
}

function writeChunk(sink: ByteSink, body: ByteSink, base: number, column: ParquetColumn, rows: number): Chunk {
  const start = base + sink.length;
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
  const dataPage = base + sink.length;
  body.clear();
  writeLevels(body, present, count);
  if (column.type !== "text") writeNumbers(body, column, rows);
  else if (asDictionary) writeCodes(body, column.codes, rows, count, width);
  else writeTexts(body, column.codes, column.dictionary, rows);
  writeDataPage(sink, body, rows, asDictionary ? encoding.rleDictionary : encoding.plain);
  const { name, type } = column;
  return {
    name,
    type,
    start,
    dataPage,
    dictionaryPage: asDictionary ? start : null,
    bytes: base + sink.length - start,
  };
}

/** 1 for each row that has a value. */
function presenceOf(column: ParquetColumn, rows: number): Uint8Array {
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

function writeNumbers(body: ByteSink, column: Exclude<ParquetColumn, { type: "text" }>, rows: number): void {
  switch (column.type) {
    case "boolean": {
      const bits = column.values.subarray(0, rows).filter((_, row) => column.valid[row] === 1);
      body.bitPacked(bits, bits.length, 1);
      break;
    }
    case "integer":
      body.int32s(column.values, column.valid, rows);
      break;
    case "double":
      body.doubles(column.values, column.valid, rows);
      break;
    case "int64":
    case "timestamp-utc":
      body.bigInts(column.values, column.valid, rows);
      break;
    case "decimal":
      for (let row = 0; row < rows; row++) if (column.valid[row] === 1) body.int128(column.values[row] ?? 0n);
      break;
    default:
      body.int64s(column.values, column.valid, rows);
  }
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
