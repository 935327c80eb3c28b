/** The comments at the head of a report's file: its name, what it answers, what its columns mean. */

export interface ReportColumn {
  readonly name: string;
  readonly doc: string;
}

export interface ReportHeader {
  /** `title`, `answers`, `needs`, ... by name in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  readonly columns: readonly ReportColumn[];
}

/** The header: the lines that begin with `--` before anything else. */
export function reportHeader(text: string): ReportHeader {
  const fields = new Map<string, string>();
  const columns: ReportColumn[] = [];
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    if (!line.startsWith("--")) break;
    const column = /^--\s{2,}(\w+):\s*(.*)$/.exec(line);
    const field = /^--\s?(\w+):\s*(.*)$/.exec(line);
    if (column !== null && fields.has("columns"))
      columns.push({ name: column[1] ?? "", doc: (column[2] ?? "").trim() });
    else if (field !== null) fields.set((field[1] ?? "").toLowerCase(), (field[2] ?? "").trim());
  }
  return { fields, columns };
}
