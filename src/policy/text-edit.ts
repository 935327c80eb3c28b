/** Changes of a JSON text in place: the rest stays as it was written, blanks included. */
import type { ArrayNode, JsonNode, ObjectNode } from "./json-reader.ts";

interface Layout {
  /** Blanks before a new line's content; undefined if all is in one line. */
  readonly indent: string | undefined;
  readonly unit: string;
}

/** Adds texts to a value that is a text or a list. */
export function addToList(text: string, node: JsonNode, values: readonly string[]): string {
  if (node.kind !== "array") {
    const old = text.slice(node.start, node.end);
    return splice(text, node.start, node.end, `[${[old, ...values.map((value) => JSON.stringify(value))].join(", ")}]`);
  }
  return values.reduceRight((changed, value) => addItem(changed, node, value), text);
}

/** Adds a value at the end of a list. */
export function addItem(text: string, node: ArrayNode, value: unknown): string {
  const layout = layoutOf(text, node, node.items[0]);
  const last = node.items.at(-1);
  const written = writeValue(value, layout);
  if (last === undefined) return splice(text, node.start, node.end, `[${written}]`);
  return splice(text, last.end, last.end, `${separator(layout)}${written}`);
}

/** Adds a key at the end of an object. */
export function addMember(text: string, node: ObjectNode, key: string, value: unknown): string {
  const layout = layoutOf(text, node, node.members[0]?.key);
  const last = node.members.at(-1);
  const colon = last !== undefined && text[last.value.start - 1] === ":" ? ":" : ": ";
  const written = `${JSON.stringify(key)}${colon}${writeValue(value, layout)}`;
  if (last === undefined) return splice(text, node.start, node.end, `{${written}}`);
  return splice(text, last.value.end, last.value.end, `${separator(layout)}${written}`);
}

export function replaceText(
  text: string,
  node: { readonly start: number; readonly end: number },
  written: string,
): string {
  return splice(text, node.start, node.end, written);
}

/** The text of an object or list written in the place of `first`. */
export function writeLike(text: string, node: ObjectNode | ArrayNode, value: unknown): string {
  const first = node.kind === "object" ? node.members[0]?.key : node.items[0];
  return writeValue(value, layoutOf(text, node, first));
}

function layoutOf(text: string, node: ObjectNode | ArrayNode, first: { readonly start: number } | undefined): Layout {
  const indent = first === undefined ? undefined : indentAt(text, node.start, first.start);
  const outer = indentOfLine(text, node.start);
  const unit =
    indent !== undefined && indent.startsWith(outer) && indent.length > outer.length
      ? indent.slice(outer.length)
      : "  ";
  return { indent, unit };
}

/** The blanks before `at`, if it begins a line after `from`. */
function indentAt(text: string, from: number, at: number): string | undefined {
  const between = text.slice(from, at);
  const line = between.lastIndexOf("\n");
  return line < 0 ? undefined : between.slice(line + 1);
}

function indentOfLine(text: string, at: number): string {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start))?.[0] ?? "";
}

function separator({ indent }: Layout): string {
  return indent === undefined ? ", " : `,\n${indent}`;
}

/** The text of a value; a list of one short text stays on one line, as people write it. */
function writeValue(value: unknown, { indent, unit }: Layout): string {
  if (indent === undefined) return JSON.stringify(value);
  return JSON.stringify(value, null, unit).replaceAll("\n", `\n${indent}`);
}

function splice(text: string, start: number, end: number, written: string): string {
  return `${text.slice(0, start)}${written}${text.slice(end)}`;
}
