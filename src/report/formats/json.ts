/** JSON: one array of objects, and one object a line. */
import type { OutputStream } from "../../effects.ts";
import type { Cell, Result, ResultColumn } from "../../engines/engine.ts";
import { isoTime } from "../../engines/iso-time.ts";
import { rowsOf } from "../../engines/result.ts";
import { type FormatOptions, TextWriter } from "./format.ts";

/** Whole numbers and decimals keep all their digits, however many a reader's own numbers have. */
function value(cell: Cell, column: ResultColumn): string {
  if (cell === null) return "null";
  switch (column.type) {
    case "timestamp":
      return JSON.stringify(isoTime(BigInt(cell)));
    case "bigint":
    case "hugeint":
    case "decimal":
    case "json":
      return String(cell);
    case "double":
      if (!Number.isFinite(cell)) return "null";
      return Object.is(cell, -0) ? "-0.0" : String(cell);
    default:
      return JSON.stringify(cell);
  }
}

/** Built by hand, since an object would put a column named `1` first and lose one of two equal names. */
function* objects(columns: readonly ResultColumn[], row: readonly Cell[]): Generator<string> {
  for (const [index, column] of columns.entries())
    yield `${JSON.stringify(column.name)}:${value(row[index] ?? null, column)}`;
}

function line(columns: readonly ResultColumn[], row: readonly Cell[]): string {
  return `{${[...objects(columns, row)].join(",")}}`;
}

export async function writeJson(result: Result, output: OutputStream, { frame }: FormatOptions = {}): Promise<number> {
  const writer = new TextWriter(output);
  await writer.add(frame?.before ?? "");
  let rows = 0;
  for await (const row of rowsOf(result)) {
    await writer.add(`${rows === 0 ? "[\n" : ",\n"}${line(result.columns, row)}`);
    rows++;
  }
  await writer.add(rows === 0 ? "[]\n" : "\n]\n");
  await writer.add(frame?.after ?? "");
  await writer.flush();
  return rows;
}

export async function writeNdjson(result: Result, output: OutputStream): Promise<number> {
  const writer = new TextWriter(output);
  let rows = 0;
  for await (const row of rowsOf(result)) {
    await writer.add(`${line(result.columns, row)}\n`);
    rows++;
  }
  await writer.flush();
  return rows;
}
