/** Reading CSV (RFC 4180) as SIEMs, Athena and CloudTrail Lake export it: a header and rows of texts. */

/** Rows as objects by the names in the header. @throws Error when a quoted value does not end or a row is longer than the header */
export function readCsv(text: string): readonly Readonly<Record<string, string>>[] {
  const rows = [...csvRows(text)];
  const [header = [], ...body] = rows;
  return body.map((row, index) => {
    if (row.length !== header.length)
      throw new Error(`row ${index + 2} has ${row.length} values, the header ${header.length}`);
    return Object.fromEntries(header.map((name, column) => [name.trim(), row[column] ?? ""]));
  });
}

const field = /"((?:[^"]|"")*)"|([^",\r\n]*)/y;

function* csvRows(text: string): Generator<string[]> {
  let at = text.startsWith("\ufeff") ? 1 : 0;
  while (at < text.length) {
    const row: string[] = [];
    for (;;) {
      field.lastIndex = at;
      const match = field.exec(text);
      if (match === null) throw new Error("a quoted value does not end");
      row.push(match[1] === undefined ? (match[2] ?? "") : match[1].replaceAll('""', '"'));
      at = field.lastIndex;
      if (text[at] !== ",") break;
      at++;
    }
    if (text[at] === "\r") at++;
    if (at < text.length && text[at] !== "\n") throw new Error("a quoted value is followed by other text");
    at++;
    if (row.length > 1 || row[0] !== "") yield row;
  }
}
