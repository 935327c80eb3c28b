/** Owns CSV: RFC 4180, and safe to open in a spreadsheet. */
import type { OutputStream } from "../../effects.ts";
import type { Result } from "../../engines/engine.ts";
import { rowsOf } from "../../engines/result.ts";
import { TextWriter, plainText } from "./format.ts";

/** Text that a spreadsheet would run as a formula (OWASP's list) is made harmless by an apostrophe in front. */
function harmless(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Null is an empty field, an empty text is `""`. */
export async function writeCsv(result: Result, output: OutputStream): Promise<number> {
  const writer = new TextWriter(output);
  await writer.add(`${result.columns.map((column) => quoted(harmless(column.name))).join(",")}\r\n`);
  let rows = 0;
  for await (const row of rowsOf(result)) {
    const fields = result.columns.map((column, index) => {
      const cell = row[index] ?? null;
      if (column.type !== "text" || cell === null) return plainText(cell, column.type);
      return cell === "" ? '""' : quoted(harmless(String(cell)));
    });
    await writer.add(`${fields.join(",")}\r\n`);
    rows++;
  }
  await writer.flush();
  return rows;
}
