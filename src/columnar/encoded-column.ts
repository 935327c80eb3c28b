/** Columns in Arrow's layout as plain arrays: without an import, workers start in milliseconds. */

export type EncodedColumn = TextColumn | NumberColumn | BooleanColumn;

/** Text as codes into a dictionary; null is -1. A dictionary may hold a value twice: unique values are not looked up. */
export interface TextColumn {
  readonly name: string;
  readonly type: "text";
  readonly codes: Int32Array;
  readonly dictionary: readonly string[];
}

/** Numbers, with timestamps as epoch milliseconds; `valid` is 1 for each row with a value. */
export interface NumberColumn {
  readonly name: string;
  readonly type: "integer" | "bigint" | "double" | "timestamp";
  readonly values: Float64Array;
  readonly valid: Uint8Array;
}

export interface BooleanColumn {
  readonly name: string;
  readonly type: "boolean";
  readonly values: Uint8Array;
  readonly valid: Uint8Array;
}

/** Whole numbers and microseconds of results, which a double could not hold. */
export interface Int64Column {
  readonly name: string;
  readonly type: "int64" | "timestamp-utc";
  readonly values: BigInt64Array;
  readonly valid: Uint8Array;
}

/** Decimals of results, as multiples of a power of ten. */
export interface DecimalColumn {
  readonly name: string;
  readonly type: "decimal";
  readonly digits: { readonly all: number; readonly fraction: number };
  readonly values: readonly bigint[];
  readonly valid: Uint8Array;
}

export type ParquetColumn = EncodedColumn | Int64Column | DecimalColumn;
