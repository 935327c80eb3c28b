/** The table for the terminal: aligned, as wide as the terminal, long text cut in the middle; where that cannot be read, one record below the other. */
import type { OutputStream } from "../../effects.ts";
import type { Cell, Result, ResultColumn } from "../../engines/engine.ts";
import { rowsOf } from "../../engines/result.ts";
import { terminalLine } from "../../terminal-text.ts";
import { type FormatOptions, TextWriter, paint } from "./format.ts";
import { cut, isNumeric, pad, readableText, size } from "../value-text.ts";
import { recordText } from "./records.ts";

/** Widths are taken from this many rows; the rest is written as it comes. */
const sample = 1000;
/** Text that is cut to less says nothing any more; an account id and a Region stay whole. */
const narrowest = 14;
/** One long text does not pad its column: it pushes the rest of its own line to the right. */
const widest = 120;
const gap = "  ";

export async function writeTable(result: Result, output: OutputStream, options: FormatOptions = {}): Promise<number> {
  const writer = new TextWriter(output);
  const columns = result.columns.map((column) => ({ ...column, name: terminalLine(column.name) }));
  const held: (readonly string[])[] = [];
  /** The widths; null if the columns do not fit. */
  let widths: readonly number[] | null | undefined;
  let rows = 0;
  const begin = async (): Promise<readonly number[] | null> => {
    const fitted = fit(columns, held, options.width);
    if (fitted === null) {
      for (const [index, cells] of held.entries()) await writer.add(recordText(columns, cells, index + 1, options));
      return null;
    }
    const head = columns.map((column, index) =>
      pad(cut(column.name, fitted[index] ?? 0), fitted[index] ?? 0, isNumeric(column)),
    );
    await writer.add(`${paint(head.join(gap).trimEnd(), 1, options)}\n`);
    await writer.add(`${paint(fitted.map((width) => "─".repeat(width)).join(gap), 2, options)}\n`);
    for (const cells of held) await writer.add(tableLine(columns, cells, fitted, options));
    return fitted;
  };
  for await (const row of rowsOf(result)) {
    const cells = columns.map((column, index) => text(row[index] ?? null, column));
    rows++;
    if (widths !== undefined) {
      await writer.add(
        widths === null ? recordText(columns, cells, rows, options) : tableLine(columns, cells, widths, options),
      );
      continue;
    }
    held.push(cells);
    if (held.length === sample) widths = await begin();
  }
  if (widths === undefined) await begin();
  if (rows === 0) await writer.add(`${paint("no rows", 2, options)}\n`);
  await writer.flush();
  return rows;
}

const nothing = "–";

function text(cell: Cell, column: ResultColumn): string {
  return readableText(cell, column, true);
}

function tableLine(
  columns: readonly ResultColumn[],
  cells: readonly string[],
  widths: readonly number[],
  options: FormatOptions,
): string {
  const padded = columns.map((column, index) => {
    const width = widths[index] ?? 0;
    const cell = cells[index] ?? "";
    const shown = pad(
      isText(column) && options.width !== undefined ? cut(cell, width) : cell,
      width,
      isNumeric(column),
    );
    return cell === nothing ? paint(shown, 2, options) : shown;
  });
  return `${padded.join(gap).trimEnd()}\n`;
}

function isText({ type }: ResultColumn): boolean {
  return type === "text" || type === "json";
}

/** Natural widths, then the widest text columns give way until the line fits; null if it cannot. Numbers and times are never cut. */
function fit(
  columns: readonly ResultColumn[],
  rows: readonly (readonly string[])[],
  limit: number | undefined,
): number[] | null {
  const widths = columns.map((column, index) => {
    let width = size(column.name);
    for (const cells of rows) width = Math.max(width, size(cells[index] ?? ""));
    return limit === undefined ? Math.min(width, widest) : width;
  });
  const total = (): number => widths.reduce((sum, width) => sum + width, 0) + gap.length * (columns.length - 1);
  const content = columns.map((_, index) => Math.max(1, ...rows.map((cells) => size(cells[index] ?? ""))));
  while (limit !== undefined && total() > limit) {
    let longest = -1;
    for (const [index, width] of widths.entries()) {
      // a column may lose its heading's letters, never a number's digits
      const column = columns[index];
      const floor = column !== undefined && isText(column) ? narrowest : Math.max(content[index] ?? 0, 6);
      if (width > floor && (longest < 0 || width > (widths[longest] ?? 0))) longest = index;
    }
    // Without a row there is nothing that could not be read.
    if (longest < 0) return rows.length === 0 ? widths : null;
    widths[longest] = (widths[longest] ?? 0) - 1;
  }
  return widths;
}
