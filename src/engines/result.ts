/** The reading of results row by row, and results made of values at hand. */
import type { Cell, CellBatch, Result, ResultColumn } from "./engine.ts";

export type { Cell };

/** Rows as arrays of cells, batch by batch. */
export async function* rowsOf(result: Result): AsyncGenerator<readonly Cell[]> {
  for await (const batch of result.batches) {
    const rows = batch[0]?.length ?? 0;
    for (let row = 0; row < rows; row++) yield batch.map((cells) => cells[row] ?? null);
  }
}

/** All rows with their cells as they are: for small results only. */
export async function allRows(result: Result): Promise<(readonly Cell[])[]> {
  const rows: (readonly Cell[])[] = [];
  for await (const row of rowsOf(result)) rows.push(row);
  return rows;
}

/** A row for programs: timestamps are milliseconds, decimals are numbers. */
export type PlainRow = Readonly<Record<string, Cell>>;

/** All rows as objects: for small results only. */
export async function plainRows(result: Result): Promise<PlainRow[]> {
  const rows: PlainRow[] = [];
  for await (const row of rowsOf(result)) {
    rows.push(
      Object.fromEntries(result.columns.map((column, index) => [column.name, plainCell(column, row[index] ?? null)])),
    );
  }
  return rows;
}

/** A cell of a `PlainRow`. */
export function plainCell({ type }: ResultColumn, cell: Cell): Cell {
  if (cell === null) return null;
  if (type === "timestamp") return Math.floor(Number(cell) / 1000);
  return type === "decimal" ? Number(cell) : cell;
}

/** The first `most` rows of a result; all of them without a number. */
export function limitRows(result: Result, most: number | undefined): Result {
  if (most === undefined) return result;
  return {
    columns: result.columns,
    batches: (async function* (): AsyncGenerator<CellBatch> {
      let left = most;
      if (left === 0) return;
      for await (const batch of result.batches) {
        const rows = batch[0]?.length ?? 0;
        yield rows <= left ? batch : batch.map((cells) => cells.slice(0, left));
        left -= Math.min(rows, left);
        if (left === 0) return;
      }
    })(),
  };
}

/** A result made of one batch. */
export function resultOf(columns: readonly ResultColumn[], data: CellBatch): Result {
  return {
    columns,
    batches: (async function* (): AsyncGenerator<CellBatch> {
      await Promise.resolve();
      yield data;
    })(),
  };
}
