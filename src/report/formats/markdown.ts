/** Markdown tables, as GitHub and most others read them. */
import type { OutputStream } from "../../effects.ts";
import type { Result } from "../../engines/engine.ts";
import { rowsOf } from "../../engines/result.ts";
import { terminalLine } from "../../terminal-text.ts";
import { TextWriter } from "./format.ts";
import { isNumeric, readableText } from "../value-text.ts";

/** A pipe would end the cell, and log text must not become markup. */
function escaped(text: string): string {
  return text.replaceAll(/[\\|`*[\]<]/g, "\\$&");
}

export async function writeMarkdown(result: Result, output: OutputStream): Promise<number> {
  const writer = new TextWriter(output);
  const { columns } = result;
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  await writer.add(line(columns.map((column) => escaped(terminalLine(column.name)))));
  await writer.add(line(columns.map((column) => (isNumeric(column) ? "---:" : "---"))));
  let rows = 0;
  for await (const row of rowsOf(result)) {
    await writer.add(line(columns.map((column, index) => escaped(readableText(row[index] ?? null, column, true)))));
    rows++;
  }
  await writer.flush();
  return rows;
}
