/** The role of an engine: whatever runs a report's SQL and hands out columns and batches of plain cells. */
import type { CellResult } from "../schema/result-column.ts";

export type { Cell, CellBatch, CopyOptions, ResultColumn, ResultCopy, ResultType } from "../schema/result-column.ts";

export interface Result extends CellResult {}

export interface Engine {
  readonly name: string;
  /** How a statement names a relation, such that a CTE of the same name does not hide it. */
  readonly qualify: (relation: string) => string;
  /** One result at a time: the next statement ends the one before. `title` is what messages call the statement: a report's name. */
  run(sql: string, signal?: AbortSignal, title?: string): Promise<Result>;
  close(): Promise<void>;
}
