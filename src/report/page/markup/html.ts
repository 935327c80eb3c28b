/** Markup: a template that escapes whatever is put into it, so that no text of a log becomes HTML. */
import { visibleText } from "./visible-text.ts";

/** Text that is HTML already. Only `html` and `trusted` make it. */
export interface Markup {
  readonly markup: string;
}

export type Piece = Markup | string | number | bigint | undefined | readonly Piece[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

/**
 * Pieces are escaped, in text and in quoted attributes alike; nothing is joined with commas. The template's own line breaks and
 * indentation are for its readers: one line break is left of each.
 */
export function html(strings: readonly string[], ...pieces: readonly Piece[]): Markup {
  const constants = withoutIndentation(strings);
  let markup = constants[0] ?? "";
  for (const [index, piece] of pieces.entries()) markup += markupOf(piece) + (constants[index + 1] ?? "");
  return { markup };
}

/** A template is the same array each time that it is used. */
const known = new WeakMap<readonly string[], readonly string[]>();

function withoutIndentation(strings: readonly string[]): readonly string[] {
  const found = known.get(strings);
  if (found !== undefined) return found;
  const constants = strings.map((text) => text.replaceAll(/\s*\n\s*/g, "\n"));
  known.set(strings, constants);
  return constants;
}

function markupOf(piece: Piece): string {
  if (piece === undefined) return "";
  if (typeof piece === "string") return escaped(visibleText(piece));
  if (typeof piece === "number" || typeof piece === "bigint") return String(piece);
  return "markup" in piece ? piece.markup : piece.map(markupOf).join("");
}

/** Text with lines of its own, such as SQL. */
export function lines(text: string): Markup {
  return {
    markup: text
      .split(/\r\n?|\n/)
      .map((line) => escaped(line.split("\t").map(visibleText).join("\t")))
      .join("\n"),
  };
}

/** A constant of the page's own source: its style, its script. Never data. */
export function trusted(markup: string): Markup {
  return { markup };
}
