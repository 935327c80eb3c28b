/** What a result is made of, whichever engine it comes from: columns with a type, and batches of plain cells. */
import type { ColumnType } from "./column.ts";

/**
 * A column's type decides how its cells are written, never the values that happen to be in it. Besides the types of tables:
 * `hugeint`, whole numbers that 64 bits may not hold; `decimal`, exact fractions; `json`, lists and structs.
 */
export type ResultType = ColumnType | "hugeint" | "decimal" | "json";

/** `bigint` and `hugeint` are bigints, a `timestamp` is the bigint of its microseconds since 1970 in UTC, a `decimal` its digits as text, `json` its JSON as text. */
export type Cell = string | number | bigint | boolean | null;

export interface ResultColumn {
  readonly name: string;
  readonly type: ResultType;
  /** Digits of a `decimal`, all and behind the point; unknown where they are missing. */
  readonly digits?: { readonly all: number; readonly fraction: number };
}

/** Some rows: an array of cells for each column. */
export type CellBatch = readonly (readonly Cell[])[];

/** Rows as they come: a result larger than memory can be written without ever being held. Read `batches` once. */
export interface CellResult {
  readonly columns: readonly ResultColumn[];
  readonly batches: AsyncIterable<CellBatch>;
  /** Lets the engine write the rows by itself, much faster than cell by cell, instead of reading `batches`; not every engine can. */
  readonly copy?: ResultCopy;
}

export interface ResultCopy {
  /** Writes the rows and tells how many there were. */
  readonly to: (file: string, options: CopyOptions) => Promise<number>;
  /** Whether the engine was opened such that it may write this file. */
  readonly mayWrite: (file: string) => boolean;
  /** A file that may always be written; it goes when the engine is closed. */
  readonly scratchFile: string;
}

export interface CopyOptions {
  readonly format: "csv" | "ndjson" | "parquet";
  readonly maxRows?: number | undefined;
  /** Key and value; only Parquet has a place for it. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Stops this copy, besides the signal of the statement. */
  readonly signal?: AbortSignal | undefined;
}
