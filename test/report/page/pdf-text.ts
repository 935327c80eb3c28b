/** The text of a PDF that Chromium printed, sheet by sheet, without blanks: enough to see which words stand on which sheet. */
import { inflateSync } from "node:zlib";

/** Objects by number: the dictionary as text, and the bytes of a stream. */
interface PdfObject {
  readonly dictionary: string;
  readonly stream: string;
}

/** Width and height of each sheet in points, and its words. */
export interface Sheet {
  readonly size: readonly [number, number];
  readonly text: string;
}

export function sheetsOf(pdf: Buffer): Sheet[] {
  const objects = objectsOf(pdf);
  const pages = [...objects.values()].filter(({ dictionary }) => /\/Type\s*\/Page\b(?!s)/.test(dictionary));
  return pages.map(({ dictionary }): Sheet => {
    const fonts = new Map<string, ReadonlyMap<string, string>>();
    for (const [, name = "", id = ""] of resourcesOf(dictionary, objects).matchAll(/\/(F\d+)\s+(\d+) 0 R/g))
      fonts.set(name, charactersOf(objects.get(id)?.dictionary ?? "", objects));
    const [, width = "0", height = "0"] = /\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]/.exec(dictionary) ?? [];
    const contents = /\/Contents\s+(\d+) 0 R/.exec(dictionary)?.[1] ?? "";
    return { size: [Number(width), Number(height)], text: textOf(objects.get(contents)?.stream ?? "", fonts) };
  });
}

function objectsOf(pdf: Buffer): ReadonlyMap<string, PdfObject> {
  const text = pdf.toString("latin1");
  const objects = new Map<string, PdfObject>();
  for (const match of text.matchAll(/(?:^|[\r\n])(\d+) 0 obj\s/g)) {
    const from = match.index + match[0].length;
    const end = text.indexOf("endobj", from);
    const begin = text.indexOf("stream", from);
    const hasStream = begin >= 0 && begin < end;
    const dictionary = text.slice(from, hasStream ? begin : end);
    objects.set(match[1] ?? "", { dictionary, stream: hasStream ? streamAt(pdf, text, begin, dictionary) : "" });
  }
  return objects;
}

function streamAt(pdf: Buffer, text: string, begin: number, dictionary: string): string {
  const start = begin + (text.startsWith("stream\r\n", begin) ? 8 : 7);
  const length = Number(/\/Length\s+(\d+)/.exec(dictionary)?.[1] ?? 0);
  const bytes = pdf.subarray(start, start + length);
  return (dictionary.includes("/FlateDecode") ? inflateSync(bytes) : bytes).toString("latin1");
}

function resourcesOf(page: string, objects: ReadonlyMap<string, PdfObject>): string {
  const id = /\/Resources\s+(\d+) 0 R/.exec(page)?.[1];
  return id === undefined ? page : (objects.get(id)?.dictionary ?? "");
}

/** Characters by glyph, both in hexadecimal. */
function charactersOf(font: string, objects: ReadonlyMap<string, PdfObject>): ReadonlyMap<string, string> {
  const id = /\/ToUnicode\s+(\d+) 0 R/.exec(font)?.[1] ?? "";
  const map = objects.get(id)?.stream ?? "";
  const characters = new Map<string, string>();
  const add = (glyph: number, hex: string): void => {
    const codes = (hex.match(/.{4}/g) ?? []).map((code) => Number.parseInt(code, 16));
    characters.set(glyph.toString(16).padStart(4, "0"), String.fromCharCode(...codes));
  };
  for (const [, block = ""] of map.matchAll(/beginbfchar(.*?)endbfchar/gs))
    for (const [, glyph = "", hex = ""] of block.matchAll(/<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>/g))
      add(Number.parseInt(glyph, 16), hex);
  for (const [, block = ""] of map.matchAll(/beginbfrange(.*?)endbfrange/gs)) {
    for (const [, from = "", to = "", hex = ""] of block.matchAll(
      /<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>/g,
    )) {
      const first = Number.parseInt(from, 16);
      for (let glyph = first; glyph <= Number.parseInt(to, 16); glyph++)
        add(glyph, (Number.parseInt(hex, 16) + glyph - first).toString(16).padStart(4, "0"));
    }
  }
  return characters;
}

function textOf(content: string, fonts: ReadonlyMap<string, ReadonlyMap<string, string>>): string {
  let font: ReadonlyMap<string, string> = new Map();
  let text = "";
  for (const [, name, hex = ""] of content.matchAll(/\/(F\d+)\s+[\d.]+\s+Tf|<([0-9A-Fa-f]+)>/g)) {
    if (name !== undefined) font = fonts.get(name) ?? font;
    else for (const glyph of hex.toLowerCase().match(/.{4}/g) ?? []) text += font.get(glyph) ?? "";
  }
  return text.replaceAll(/\s/g, "");
}
