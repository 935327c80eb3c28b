/** CSV: RFC 4180 but for its line ends (LF), and safe to open in a spreadsheet. */
import type { OutputStream } from "../../effects.ts";
import type { Result } from "../../engines/engine.ts";
import { rowsOf } from "../../engines/result.ts";
import { formulaPattern } from "../../schema/formula.ts";
import { plainText } from "../value-text.ts";
import { TextWriter } from "./format.ts";

const formula = new RegExp(formulaPattern);

/** The text with an apostrophe in front, if a spreadsheet would run it. */
export function harmless(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/** The text that `harmless` was given. */
export function unharmed(text: string): string {
  return text.startsWith("'") && formula.test(text.slice(1)) ? text.slice(1) : text;
}

/** `#` as well: for some readers it begins a comment. */
function quoted(text: string): string {
  return /[",#\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** As DuckDB writes it, which makes the larger files: an exponent from 1e16 on and below 1e-4, of two digits at least. */
function doubleText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-4 && size < 1e16)) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}

/** Null is an empty field, an empty text is `""`. */
export async function writeCsv(result: Result, output: OutputStream): Promise<number> {
  const writer = new TextWriter(output);
  await writer.add(`${result.columns.map((column) => quoted(harmless(column.name))).join(",")}\n`);
  let rows = 0;
  for await (const row of rowsOf(result)) {
    const fields = result.columns.map((column, index) => {
      const cell = row[index] ?? null;
      if (column.type === "double" && cell !== null) return doubleText(Number(cell));
      if (cell === null || (column.type !== "text" && column.type !== "json")) return plainText(cell, column);
      return cell === "" ? '""' : quoted(harmless(String(cell)));
    });
    await writer.add(`${fields.join(",")}\n`);
    rows++;
  }
  await writer.flush();
  return rows;
}
