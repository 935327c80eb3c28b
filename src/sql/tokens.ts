/** The reading of SQL text: its tokens outside of comments, and the names among them. */

export interface SqlToken {
  readonly kind: "word" | "quoted" | "string" | "mark";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** `E'..'` is DuckDB's (backslash escapes), `$tag$..$tag$` too; block comments nest in DuckDB. */
const opening =
  /--[^\n]*|\/\*|\s+|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$|[\p{L}_][\p{L}\p{N}_$]*|[\s\S]/uy;

/** The tokens of a statement, without white space and comments. A string that does not end is read mark by mark. */
export function sqlTokens(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = 0;
  while (at < sql.length) {
    opening.lastIndex = at;
    const match = opening.exec(sql);
    if (match === null) break;
    const text = match[0];
    let end = at + text.length;
    if (text === "/*") {
      end = endOfComment(sql, end);
    } else if (match[1] !== undefined) {
      const close = sql.indexOf(text, end);
      end = close < 0 ? sql.length : close + text.length;
      tokens.push({ kind: "string", text: sql.slice(at, end), start: at, end });
    } else if (!text.startsWith("--") && text.trim() !== "") {
      tokens.push({ kind: kindOf(text), text, start: at, end });
    }
    at = end;
  }
  return tokens;
}

function kindOf(text: string): SqlToken["kind"] {
  if (text.length > 1 && text.endsWith("'")) return "string";
  if (text.length > 1 && text.startsWith('"')) return "quoted";
  return /^[\p{L}_]/u.test(text) ? "word" : "mark";
}

function endOfComment(sql: string, from: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  for (let depth = 1; ;) {
    const match = mark.exec(sql);
    if (match === null) return sql.length;
    depth += match[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
}

/** The names in a statement, in lower case, quoted ones too: a superset of the relations it reads. */
export function namesIn(sql: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const token of sqlTokens(sql)) {
    if (token.kind === "word") names.add(token.text.toLowerCase());
    if (token.kind === "quoted") names.add(token.text.slice(1, -1).replaceAll('""', '"').toLowerCase());
  }
  return names;
}
