/** Owns the role of an engine: whatever runs a report's SQL and streams the rows back as Arrow. */
import type { RecordBatch } from "apache-arrow";
import type { ColumnType } from "../schema/column.ts";

export interface ResultColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** Rows as they come: a result larger than memory can be written without ever being held. Read `batches` once. */
export interface Result {
  readonly columns: readonly ResultColumn[];
  readonly batches: AsyncIterable<RecordBatch>;
}

export interface Engine {
  readonly name: string;
  /** How a statement names a relation, such that a CTE of the same name does not hide it. */
  readonly qualify: (relation: string) => string;
  /** `title` is what messages call the statement: a report's name. */
  run(sql: string, signal?: AbortSignal, title?: string): Promise<Result>;
  close(): Promise<void>;
}
