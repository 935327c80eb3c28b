/** Owns the Arrow IPC file (random access; also known as Feather). */
import type { OutputStream } from "../../effects.ts";
import type { Result } from "../../engines/engine.ts";
import { type Cell, arrowFromColumns, cellsOf } from "../../engines/result.ts";
import { send } from "./format.ts";

/** The file format has one dictionary for a column, so all rows are gathered into one batch. */
export async function writeArrow(result: Result, output: OutputStream): Promise<number> {
  const { Table, tableToIPC } = await import("apache-arrow");
  const { data, rows } = await gather(result);
  const batch = await arrowFromColumns(result.columns, data);
  await send(output, tableToIPC(new Table([batch]), "file"));
  return rows;
}

/** All values of a result, one array for each column: for formats that cannot stream. */
export async function gather(result: Result): Promise<{ data: Cell[][]; rows: number }> {
  const data: Cell[][] = result.columns.map(() => []);
  let rows = 0;
  for await (const batch of result.batches) {
    rows += batch.numRows;
    for (const [index, cells] of data.entries()) for (const cell of cellsOf(batch, index)) cells.push(cell);
  }
  return { data, rows };
}
