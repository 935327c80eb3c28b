/** Parquet where no DuckDB is the engine: row group by row group, by our encoder. */
import { ParquetPieces } from "../../columnar/parquet.ts";
import type { ParquetColumn } from "../../columnar/encoded-column.ts";
import type { OutputStream } from "../../effects.ts";
import type { Cell, Result, ResultColumn } from "../../engines/engine.ts";
import { scaledDecimal } from "./decimal.ts";
import { type FormatOptions, send } from "./format.ts";
import { largeBatches } from "./row-groups.ts";

export async function writeParquet(result: Result, output: OutputStream, options: FormatOptions = {}): Promise<number> {
  const pieces = new ParquetPieces();
  await send(output, pieces.begin());
  let rows = 0;
  for await (const batch of largeBatches(result)) {
    const columns = result.columns.map((column, index) => encoded(column, batch[index] ?? []));
    const count = batch[0]?.length ?? 0;
    await send(output, pieces.group(columns, count));
    rows += count;
  }
  const empty = result.columns.map((column) => encoded(column, []));
  await send(output, pieces.end(empty, options.metadata ?? {}));
  return rows;
}

/** By its type alone: integers beyond 64 bits are text, since Parquet has no number that holds them all. */
function encoded(column: ResultColumn, cells: readonly Cell[]): ParquetColumn {
  const { name, digits } = column;
  const valid = Uint8Array.from(cells, (cell) => (cell === null ? 0 : 1));
  switch (column.type) {
    case "boolean":
      return { name, type: "boolean", values: Uint8Array.from(cells, (cell) => (cell === true ? 1 : 0)), valid };
    case "integer":
    case "double":
      return { name, type: column.type, values: Float64Array.from(cells, Number), valid };
    case "bigint":
      return { name, type: "int64", values: BigInt64Array.from(cells, wholeNumber), valid };
    case "timestamp":
      return { name, type: "timestamp-utc", values: BigInt64Array.from(cells, wholeNumber), valid };
    case "decimal":
      if (digits !== undefined)
        return { name, type: "decimal", digits, values: cells.map((cell) => scaledDecimal(cell, digits)), valid };
  }
  return { name, type: "text", ...textCodes(cells) };
}

function wholeNumber(cell: Cell): bigint {
  return cell === null ? 0n : BigInt(cell);
}

function textCodes(cells: readonly Cell[]): { codes: Int32Array; dictionary: string[] } {
  const codeOf = new Map<string, number>();
  const codes = Int32Array.from(cells, (cell) => {
    if (cell === null) return -1;
    const word = String(cell);
    const code = codeOf.get(word) ?? codeOf.size;
    codeOf.set(word, code);
    return code;
  });
  return { codes, dictionary: [...codeOf.keys()] };
}
