/** The reading of the pack's CSV files row by row, since a month of calls may exceed memory. */
import { createReadStream } from "node:fs";
import { type CsvField, CsvReader } from "../csv-reader.ts";
import { unharmed } from "../report/formats/csv.ts";

export type CsvRow = Readonly<Record<string, string>>;

/** Rows by the names in the head, with the apostrophes taken away that spreadsheets need. @throws Error for a row of another length */
export async function* csvRows(file: string): AsyncGenerator<CsvRow> {
  let head: readonly CsvField[] | undefined;
  for await (const record of records(file)) {
    if (head === undefined) {
      head = record;
      continue;
    }
    if (record.length !== head.length) throw new Error(`${file} has a row of another length than its head`);
    yield Object.fromEntries(head.map((name, index) => [name ?? "", unharmed(record[index] ?? "")]));
  }
}

/** The first row that `isIt`. */
export async function findRow(file: string, isIt: (row: CsvRow) => boolean): Promise<CsvRow | undefined> {
  for await (const row of csvRows(file)) if (isIt(row)) return row;
  return undefined;
}

async function* records(file: string): AsyncGenerator<readonly CsvField[]> {
  const reader = new CsvReader();
  for await (const piece of createReadStream(file, { encoding: "utf8", highWaterMark: 1 << 20 }))
    yield* reader.push(String(piece));
  yield* reader.end();
}
