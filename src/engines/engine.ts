/** The role of an engine: it runs a report's SQL and yields columns and batches of plain cells. */
import type { CellResult } from "../schema/result-column.ts";

export type { Cell, CellBatch, CopyOptions, ResultColumn, ResultCopy, ResultType } from "../schema/result-column.ts";

export interface Result extends CellResult {}

export interface Engine {
  readonly name: string;
  /** The full name of a relation, which a CTE of the same plain name does not hide. */
  readonly qualify: (relation: string) => string;
  /** One result at a time: the next statement ends the one before. `title` is the statement's name in messages, such as a report's. */
  run(sql: string, signal?: AbortSignal, title?: string): Promise<Result>;
  close(): Promise<void>;
}
