/** A table's rows written one below the other, for terminals that are too narrow for its columns. */
import type { ResultColumn } from "../../engines/engine.ts";
import { type FormatOptions, paint } from "./format.ts";
import { cut, pad, size } from "../value-text.ts";

/** One row: a line that numbers it, then each column with its whole name, long text cut in the middle. */
export function recordText(
  columns: readonly ResultColumn[],
  cells: readonly string[],
  number: number,
  options: FormatOptions,
): string {
  const limit = options.width ?? Number.POSITIVE_INFINITY;
  const names = Math.max(...columns.map((column) => size(column.name)));
  const head = `── ${number} ${"─".repeat(Math.max(2, names - size(String(number)) - 2))}`;
  const lines = columns.map(
    ({ name }, index) => `${paint(pad(name, names, false), 2, options)}  ${cut(cells[index] ?? "", limit - names - 2)}`,
  );
  return `${paint(head, 1, options)}\n${lines.join("\n")}\n`;
}
