/** The parts of a result of any engine: columns with a type, and batches of plain cells. */
import type { ColumnType } from "./column.ts";

/**
 * A column's type decides how its cells are written, never the values that happen to be in it. In addition to the types of tables:
 * `hugeint`, whole numbers that 64 bits may not hold; `decimal`, exact fractions; `json`, lists and structs.
 */
export type ResultType = ColumnType | "hugeint" | "decimal" | "json";

/** `bigint` and `hugeint` are bigints, a `timestamp` is the bigint of its microseconds since 1970 in UTC, a `decimal` its digits as text, `json` its JSON as text. */
export type Cell = string | number | bigint | boolean | null;

export interface ResultColumn {
  readonly name: string;
  readonly type: ResultType;
  /** Digits of a `decimal`, in all and after the point; unknown where left out. */
  readonly digits?: { readonly all: number; readonly fraction: number };
}

/** Some rows: an array of cells for each column. */
export type CellBatch = readonly (readonly Cell[])[];

/** Rows as they come, so that a result may exceed memory. `batches` can be read once. */
export interface CellResult {
  readonly columns: readonly ResultColumn[];
  readonly batches: AsyncIterable<CellBatch>;
  /** The engine's own way to write the rows, much faster than through `batches`; not every engine has one. */
  readonly copy?: ResultCopy;
}

export interface ResultCopy {
  /** Writes the rows and returns their number. */
  readonly to: (file: string, options: CopyOptions) => Promise<number>;
  /** Whether the engine was opened with the right to write this file. */
  readonly mayWrite: (file: string) => boolean;
  /** A file that may always be written; it is removed when the engine is closed. */
  readonly scratchFile: string;
}

export interface CopyOptions {
  readonly format: "csv" | "ndjson" | "parquet";
  readonly maxRows?: number | undefined;
  /** Keys and values, for Parquet alone. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** The signal that stops this copy, in addition to the statement's. */
  readonly signal?: AbortSignal | undefined;
}
