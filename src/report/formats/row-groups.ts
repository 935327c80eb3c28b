/** The gathering of batches until they are worth a row group of their own, however long the texts in them are. */
import type { Cell, CellBatch, Result } from "../../engines/engine.ts";

const mostRows = 20_480;
const mostCharacters = 8_388_608;

/** The rows of a result in larger batches that still have a bound in memory. */
export async function* largeBatches({ columns, batches }: Result): AsyncGenerator<CellBatch> {
  let held: Cell[][] = columns.map(() => []);
  let characters = 0;
  for await (const batch of batches) {
    for (const [index, cells] of batch.entries()) {
      const column = held[index];
      for (const cell of cells) {
        column?.push(cell);
        if (typeof cell === "string") characters += cell.length;
      }
    }
    if ((held[0]?.length ?? 0) < mostRows && characters < mostCharacters) continue;
    yield held;
    held = columns.map(() => []);
    characters = 0;
  }
  if ((held[0]?.length ?? 0) > 0) yield held;
}
