/** Owns CSV: RFC 4180 but for its line ends (LF), and safe to open in a spreadsheet. */
import type { OutputStream } from "../../effects.ts";
import type { Result } from "../../engines/engine.ts";
import { rowsOf } from "../../engines/result.ts";
import { TextWriter } from "./format.ts";
import { plainText } from "../value-text.ts";

/**
 * What a spreadsheet would run: `=`, `+`, `-`, `@` or their full-width forms at the start of a text or behind blanks, and a tab or line
 * break at the start. Apostrophes before that are part of the rule, so that taking one away undoes it and nothing else.
 */
const formula =
  // oxlint-disable-next-line no-control-regex -- blanks that a spreadsheet skips
  /^'*(?:[\u0000-\u0020\u007F-\u00A0\u1680\u2000-\u200F\u2028-\u202F\u205F\u2060\u3000\uFEFF]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|[\t\r\n])/;

/** The text with an apostrophe in front, if a spreadsheet would run it. */
export function harmless(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/** What `harmless` was given. */
export function unharmed(text: string): string {
  return text.startsWith("'") && formula.test(text.slice(1)) ? text.slice(1) : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Null is an empty field, an empty text is `""`. */
export async function writeCsv(result: Result, output: OutputStream): Promise<number> {
  const writer = new TextWriter(output);
  await writer.add(`${result.columns.map((column) => quoted(harmless(column.name))).join(",")}\n`);
  let rows = 0;
  for await (const row of rowsOf(result)) {
    const fields = result.columns.map((column, index) => {
      const cell = row[index] ?? null;
      if (cell === null || (column.type !== "text" && column.type !== "json")) return plainText(cell, column);
      return cell === "" ? '""' : quoted(harmless(String(cell)));
    });
    await writer.add(`${fields.join(",")}\n`);
    rows++;
  }
  await writer.flush();
  return rows;
}
