/** Reading the pack's CSV files row by row: a month of calls need not fit into memory. */
import { createReadStream } from "node:fs";
import { unharmed } from "../report/formats/csv.ts";

export type CsvRow = Readonly<Record<string, string>>;

/** Rows by the names in the head, with the apostrophes taken away that spreadsheets need. @throws Error for a row of another length */
export async function* csvRows(file: string): AsyncGenerator<CsvRow> {
  let head: readonly string[] | undefined;
  for await (const record of records(file)) {
    if (head === undefined) {
      head = record;
      continue;
    }
    if (record.length !== head.length) throw new Error(`${file} has a row of another length than its head`);
    yield Object.fromEntries(head.map((name, index) => [name, unharmed(record[index] ?? "")]));
  }
}

/** Pieces end anywhere: only a line break outside of quotes ends a record. */
async function* records(file: string): AsyncGenerator<string[]> {
  let rest = "";
  for await (const piece of createReadStream(file, { encoding: "utf8", highWaterMark: 1 << 20 })) {
    const text: string = rest + String(piece);
    let [start, isQuoted] = [0, false];
    for (let at = 0; at < text.length; at++) {
      const letter = text[at];
      if (letter === '"') isQuoted = !isQuoted;
      if (letter !== "\n" || isQuoted) continue;
      yield fields(text.slice(start, at));
      start = at + 1;
    }
    rest = text.slice(start);
  }
  if (rest !== "") yield fields(rest);
}

const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;

function fields(line: string): string[] {
  const found: string[] = [];
  field.lastIndex = 0;
  for (;;) {
    const match = field.exec(line);
    if (match === null) throw new Error("a line is no CSV");
    found.push(match[1] === undefined ? (match[2] ?? "") : match[1].replaceAll('""', '"'));
    if (match[3] === "") return found;
  }
}
