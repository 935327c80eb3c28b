/** Reading CSV (RFC 4180) as SIEMs, Athena and CloudTrail Lake export it: a header and rows of texts. */
import { CsvReader } from "../csv-reader.ts";

/** The rows as objects by the header's names. @throws Error when a quoted value does not end or a row is longer than the header */
export function readCsv(text: string): readonly Readonly<Record<string, string>>[] {
  const reader = new CsvReader();
  const read = [...reader.push(text.startsWith("\ufeff") ? text.slice(1) : text), ...reader.end()];
  // an empty line is not a row
  const rows = read.filter((row) => row.length > 1 || (row[0] ?? "") !== "");
  const [header = [], ...body] = rows;
  return body.map((row, index) => {
    if (row.length !== header.length)
      throw new Error(`row ${index + 2} has ${row.length} values, the header ${header.length}`);
    return Object.fromEntries(header.map((name, column) => [(name ?? "").trim(), row[column] ?? ""]));
  });
}
