/** Owns Parquet: gathers the result and hands it to our encoder. */
import { encodeParquet } from "../../columnar/parquet.ts";
import type { EncodedColumn } from "../../columnar/encoded-column.ts";
import type { OutputStream } from "../../effects.ts";
import type { Result, ResultColumn } from "../../engines/engine.ts";
import type { Cell } from "../../engines/result.ts";
import { gather } from "./arrow.ts";
import { send } from "./format.ts";

export async function writeParquet(result: Result, output: OutputStream): Promise<number> {
  const { data, rows } = await gather(result);
  const columns = result.columns.map((column, index) => encoded(column, data[index] ?? []));
  await send(output, encodeParquet(columns, rows));
  return rows;
}

function encoded(column: ResultColumn, cells: readonly Cell[]): EncodedColumn {
  const { name, type } = column;
  // the encoder holds numbers as doubles: whole numbers that a double would change are written as text, never rounded
  if (
    type === "text" ||
    (type === "bigint" && cells.some((cell) => cell !== null && !Number.isSafeInteger(Number(cell))))
  ) {
    return { name, type: "text", ...textCodes(cells) };
  }
  const valid = Uint8Array.from(cells, (cell) => (cell === null ? 0 : 1));
  if (type === "boolean")
    return { name, type, values: Uint8Array.from(cells, (cell) => (cell === true ? 1 : 0)), valid };
  return { name, type, values: Float64Array.from(cells, (cell) => (cell === null ? 0 : Number(cell))), valid };
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
