/** Owns how a DuckDB result becomes chunks of plain columns. */
import type { DuckDBConnection, DuckDBResult, DuckDBType, DuckDBValue } from "duckdb";
import type { ColumnType } from "../schema/column.ts";
import { loadDuckDb } from "./duck.ts";

/** A value of a result: a timestamp is epoch milliseconds; what no column type fits (lists, dates, ...) is text. */
export type ResultCell = string | number | bigint | boolean | null;

export interface ColumnarResult {
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  /** Each chunk has an array for each column. Read once. */
  readonly chunks: AsyncIterable<ResultCell[][]>;
}

/** Runs a statement to its end and hands out what it returns in chunks; DuckDB holds the result within its memory limit. */
export async function streamColumns(connection: DuckDBConnection, sql: string): Promise<ColumnarResult> {
  const { DuckDBTypeId } = loadDuckDb();
  // Not stream(): there a query that fails half-way ends like one that is done, and nobody learns that rows are missing.
  const result = await connection.run(sql);
  const names = result.deduplicatedColumnNames();
  const readers = result.columnTypes().map((type) => readerOf(type, DuckDBTypeId));
  return {
    columns: names.map((name, index) => ({ name, type: readers[index]?.type ?? "text" })),
    chunks: readChunks(result, readers),
  };
}

interface Reader {
  readonly type: ColumnType;
  readonly read: (value: DuckDBValue) => ResultCell;
}

async function* readChunks(result: DuckDBResult, readers: readonly Reader[]): AsyncGenerator<ResultCell[][]> {
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield readers.map(({ read }, index) =>
      chunk.getColumnValues(index).map((value) => (value === null ? null : read(value))),
    );
  }
}

function readerOf(type: DuckDBType, ids: typeof import("duckdb").DuckDBTypeId): Reader {
  switch (type.typeId) {
    case ids.BOOLEAN:
      return { type: "boolean", read: (value) => value === true };
    case ids.TINYINT:
    case ids.SMALLINT:
    case ids.INTEGER:
    case ids.UTINYINT:
    case ids.USMALLINT:
      return { type: "integer", read: Number };
    case ids.UINTEGER:
    case ids.BIGINT:
    case ids.UBIGINT:
    case ids.HUGEINT:
    case ids.UHUGEINT:
      return { type: "bigint", read: (value) => BigInt(String(value)) };
    case ids.FLOAT:
    case ids.DOUBLE:
      return { type: "double", read: Number };
    case ids.DECIMAL:
      return { type: "double", read: (value) => Number(String(value)) };
    case ids.TIMESTAMP:
    case ids.TIMESTAMP_TZ:
      return { type: "timestamp", read: (value) => millisecondsOf(value, 1000n) };
    case ids.TIMESTAMP_S:
    case ids.TIMESTAMP_MS:
    case ids.TIMESTAMP_NS:
      return { type: "timestamp", read: (value) => Date.parse(`${String(value).replace(" ", "T")}Z`) };
    default:
      return { type: "text", read: String };
  }
}

function millisecondsOf(value: DuckDBValue, perMillisecond: bigint): ResultCell {
  if (typeof value !== "object" || value === null || !("micros" in value)) return null;
  const rest = value.micros % perMillisecond;
  return Number((value.micros - rest) / perMillisecond) - (rest < 0n ? 1 : 0);
}
