/** Reading a page's tables back, as a program would: by report, column and row, as text. */

export interface ReadCell {
  readonly text: string;
  readonly className: string;
  /** The exact value of a rounded fraction. */
  readonly exact: string | undefined;
}

export interface ReadTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ReadCell[])[];
}

function decoded(html: string): string {
  return html
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}

/** Every report's table on a page. */
export function readTables(page: string): ReadonlyMap<string, ReadTable> {
  const tables = page.matchAll(/<table class="report" data-report="([^"]*)">(.*?)<\/table>/gs);
  return new Map([...tables].map(([, name = "", inner = ""]) => [decoded(name), readTable(inner)]));
}

function readTable(inner: string): ReadTable {
  const columns = [...inner.matchAll(/<th scope="col" data-c="([^"]*)"/g)].map(([, name = ""]) => decoded(name));
  const body = /<tbody>(.*)<\/tbody>/s.exec(inner)?.[1] ?? "";
  const rows = [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = ""]) =>
    [...row.matchAll(/<td(?: class="([^"]*)")?(?: data-v="([^"]*)")?>(.*?)<\/td>/gs)].map(
      ([, className = "", exact, text = ""]): ReadCell => ({
        text: decoded(text),
        className,
        exact: exact === undefined ? undefined : decoded(exact),
      }),
    ),
  );
  return { columns, rows };
}

/** What a cell of the page says of a value in JSON, and what it should: equal texts. */
export function said(cell: ReadCell, value: unknown, shown: (text: string) => string): readonly [string, string] {
  const [kind] = cell.className.split(" ");
  if (value === null) return [`${kind}|${cell.text}`, "nil|–"];
  if (value === "") return [`${kind}|${cell.text}`, "nil|(empty)"];
  if (typeof value === "number") return [(cell.exact ?? cell.text).replaceAll(",", ""), String(value)];
  if (typeof value === "boolean") return [cell.text, String(value)];
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (cell.className !== "t") return [cell.text, shown(text)];
  const seconds = text.replace("T", " ").replace(/\.\d+Z$/, "Z");
  return [cell.text, cell.text.length === 10 ? seconds.replace(/ 00:00:00Z$/, "") : seconds];
}
