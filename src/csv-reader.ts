/** The reading of CSV (RFC 4180) into rows of values, where nothing between two commas differs from an empty text: some writers mean null. */

export type CsvField = string | null;

/** A reader that takes text in pieces cut anywhere, and returns the rows that are complete. */
export class CsvReader {
  #rest = "";

  /** The rows that end within the text given so far. */
  push(text: string): CsvField[][] {
    return this.#read(this.#rest + text, false);
  }

  /** The last row, if no line end follows it. @throws Error when the text ends inside a quoted value */
  end(): CsvField[][] {
    const rows = this.#read(this.#rest, true);
    this.#rest = "";
    return rows;
  }

  #read(text: string, last: boolean): CsvField[][] {
    const rows: CsvField[][] = [];
    let start = 0;
    while (start < text.length) {
      const row: CsvField[] = [];
      const end = readRow(text, start, last, row);
      if (end < 0) {
        if (last) throw new Error("a quoted value does not end");
        break;
      }
      rows.push(row);
      start = end;
    }
    this.#rest = text.slice(start);
    return rows;
  }
}

/** The characters that end a value without quotes; a quote there is a fault. */
const ends: ReadonlySet<string> = new Set([",", "\n", "\r", '"']);

/** Fills `row` and returns where the next one starts; -1 when the text ends before the row does. */
function readRow(text: string, start: number, last: boolean, row: CsvField[]): number {
  for (let at = start; ;) {
    let end: number;
    if (text[at] === '"') {
      const close = closingQuote(text, at + 1, last);
      if (close < 0) return -1;
      const value = text.slice(at + 1, close);
      row.push(value.includes('"') ? value.replaceAll('""', '"') : value);
      end = close + 1;
    } else {
      end = at;
      while (end < text.length && !ends.has(text[end] ?? "")) end++;
      if (end === text.length && !last) return -1;
      row.push(end === at ? null : text.slice(at, end));
    }
    if (text[end] === ",") {
      at = end + 1;
      continue;
    }
    if (text[end] === "\r") end++;
    if (end >= text.length) return last ? text.length : -1;
    if (text[end] !== "\n") throw new Error("a value is followed by other text than a comma or a line end");
    return end + 1;
  }
}

/** The place of the closing quote; one at the very end may be the first half of a doubled one. */
function closingQuote(text: string, from: number, last: boolean): number {
  for (let at = from; ;) {
    const quote = text.indexOf('"', at);
    if (quote < 0 || (quote === text.length - 1 && !last)) return -1;
    if (text[quote + 1] !== '"') return quote;
    at = quote + 2;
  }
}
