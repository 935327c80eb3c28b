/** The metadata at the end of a Parquet file: the columns and the places of their pages. */
import type { ParquetColumn } from "./encoded-column.ts";
import { ThriftWriter } from "./thrift.ts";

// Numbers of the enums in parquet.thrift.
export const encoding = { plain: 0, rle: 3, rleDictionary: 8 } as const;
const physical = {
  boolean: 0,
  integer: 1,
  bigint: 2,
  int64: 2,
  timestamp: 2,
  "timestamp-utc": 2,
  double: 5,
  text: 6,
  decimal: 7,
} as const;
const converted = { utf8: 0, decimal: 5, timestampMicros: 10 } as const;
const optional = 1;

/** A column's pages in a row group. */
export interface Chunk {
  readonly name: string;
  readonly type: ParquetColumn["type"];
  readonly start: number;
  readonly dataPage: number;
  readonly dictionaryPage: number | null;
  readonly bytes: number;
}

export interface RowGroup {
  readonly rows: number;
  readonly chunks: readonly Chunk[];
}

/** The footer of a file, without its length and magic. */
export function fileMetadata(
  columns: readonly ParquetColumn[],
  groups: readonly RowGroup[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const schema: readonly (ParquetColumn | null)[] = [null, ...columns];
  const entries = Object.entries(metadata);
  const writer = new ThriftWriter()
    .i32(1, 1)
    .structs(2, schema, (item, column) => {
      if (column === null) item.text(4, "event").i32(5, columns.length);
      else writeSchema(item, column);
    })
    .i64(
      3,
      groups.reduce((sum, { rows }) => sum + rows, 0),
    )
    .structs(4, groups, (item, { chunks, rows }) => {
      const total = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
      item
        .structs(1, chunks, (each, chunk) => writeChunkMetadata(each, chunk, rows))
        .i64(2, total)
        .i64(3, rows);
    });
  if (entries.length > 0) writer.structs(5, entries, (item, [key, value]) => item.text(1, key).text(2, value));
  return writer.text(6, "spillway").finish();
}

function writeSchema(writer: ThriftWriter, column: ParquetColumn): void {
  writer.i32(1, physical[column.type]);
  if (column.type === "decimal") writer.i32(2, 16);
  writer.i32(3, optional).text(4, column.name);
  if (column.type === "text") {
    writer.i32(6, converted.utf8).struct(10, (logical) => logical.struct(1, () => {}));
  } else if (column.type === "decimal") {
    const { all, fraction } = column.digits;
    writer.i32(6, converted.decimal).i32(7, fraction).i32(8, all);
    writer.struct(10, (logical) => logical.struct(5, (decimal) => decimal.i32(1, fraction).i32(2, all)));
  } else if (column.type === "timestamp") {
    // No converted type: that would mean "UTC-adjusted", and these are UTC by convention only.
    writeTimestamp(writer, false, 1);
  } else if (column.type === "timestamp-utc") {
    writer.i32(6, converted.timestampMicros);
    writeTimestamp(writer, true, 2);
  }
}

/** `unit` 1 is milliseconds, 2 is microseconds. */
function writeTimestamp(writer: ThriftWriter, isUtc: boolean, unit: 1 | 2): void {
  writer.struct(10, (logical) =>
    logical.struct(8, (timestamp) => timestamp.boolean(1, isUtc).struct(2, (each) => each.struct(unit, () => {}))),
  );
}

function writeChunkMetadata(writer: ThriftWriter, chunk: Chunk, rows: number): void {
  const encodings =
    chunk.dictionaryPage === null
      ? [encoding.plain, encoding.rle]
      : [encoding.plain, encoding.rle, encoding.rleDictionary];
  writer.i64(2, chunk.start).struct(3, (meta) => {
    meta.i32(1, physical[chunk.type]).i32s(2, encodings).texts(3, [chunk.name]);
    meta.i32(4, 0).i64(5, rows).i64(6, chunk.bytes).i64(7, chunk.bytes).i64(9, chunk.dataPage);
    if (chunk.dictionaryPage !== null) meta.i64(11, chunk.dictionaryPage);
  });
}
