/** Columns in Arrow's layout as plain arrays: workers start in milliseconds because nothing is imported. */

export type EncodedColumn = TextColumn | NumberColumn | BooleanColumn;

/** Null is the code -1. The dictionary may hold a value twice: columns of unique values are not looked up. */
export interface TextColumn {
  readonly name: string;
  readonly type: "text";
  readonly codes: Int32Array;
  readonly dictionary: readonly string[];
}

/** Timestamps are epoch milliseconds; `valid` has 1 for each row that has a value. */
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

/** Of results: whole numbers and microseconds that a double could not hold. */
export interface Int64Column {
  readonly name: string;
  readonly type: "int64" | "timestamp-utc";
  readonly values: BigInt64Array;
  readonly valid: Uint8Array;
}

/** Of results: numbers as whole multiples of a power of ten. */
export interface DecimalColumn {
  readonly name: string;
  readonly type: "decimal";
  readonly digits: { readonly all: number; readonly fraction: number };
  readonly values: readonly bigint[];
  readonly valid: Uint8Array;
}

export type ParquetColumn = EncodedColumn | Int64Column | DecimalColumn;
