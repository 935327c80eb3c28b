/** Owns the reading of SQL text as far as reports need it: words outside comments, strings and quoted names. */

export interface SqlToken {
  readonly kind: "word" | "quoted" | "string" | "mark";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** `E'..'` is DuckDB's (backslash escapes), `$tag$..$tag$` too; block comments nest in DuckDB. */
const opening =
  /--[^\n]*|\/\*|\s+|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$|[\p{L}_][\p{L}\p{N}_$]*|[\s\S]/uy;

/** The tokens of a statement, without white space and comments. Text that does not end its string is one mark after another. */
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

/** The statement without semicolons and comments after it: Trino refuses a semicolon, and a view takes none. */
export function withoutTerminator(sql: string): string {
  const tokens = sqlTokens(sql);
  let last = tokens.length - 1;
  while (last >= 0 && tokens[last]?.text === ";") last--;
  return sql.slice(0, tokens[last]?.end ?? 0);
}

/** Whether more than one statement is in the text. */
export function hasSeveralStatements(sql: string): boolean {
  return sqlTokens(withoutTerminator(sql)).some((token) => token.text === ";");
}

/** The names a statement mentions, in lower case; quoted names too. A superset of the relations it reads. */
export function namesIn(sql: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const token of sqlTokens(sql)) {
    if (token.kind === "word") names.add(token.text.toLowerCase());
    if (token.kind === "quoted") names.add(token.text.slice(1, -1).replaceAll('""', '"').toLowerCase());
  }
  return names;
}

/** A UTC timestamp literal that both engines read alike, to the millisecond. */
export function timestampLiteral(value: Date): string {
  return `TIMESTAMP '${value.toISOString().slice(0, 23).replace("T", " ")}'`;
}

/** Puts CTEs before those of the statement; `WITH RECURSIVE` stays recursive. */
export function withCtes(sql: string, ctes: readonly string[]): string {
  if (ctes.length === 0) return sql;
  const [first, second] = sqlTokens(sql);
  const list = ctes.join(",\n");
  if (first?.kind !== "word" || first.text.toLowerCase() !== "with") return `WITH ${list}\n${sql}`;
  const recursive = second?.kind === "word" && second.text.toLowerCase() === "recursive";
  const end = recursive ? second.end : first.end;
  return `${sql.slice(0, first.start)}WITH ${recursive ? "RECURSIVE " : ""}${list},${sql.slice(end)}`;
}

/** Names of the CTEs that a statement begins with, in lower case. */
export function cteNames(sql: string): ReadonlySet<string> {
  const tokens = sqlTokens(sql);
  const names = new Set<string>();
  const is = (at: number, text: string): boolean => tokens[at]?.text.toLowerCase() === text;
  if (!is(0, "with")) return names;
  let at = is(1, "recursive") ? 2 : 1;
  for (;;) {
    const [name] = namesIn(tokens[at]?.text ?? "");
    if (name === undefined) return names;
    names.add(name);
    at++;
    // the columns, if they are named, and then the body
    if (is(at, "(")) at = afterParenthesis(tokens, at);
    if (is(at, "as")) at++;
    at = afterParenthesis(tokens, at);
    if (!is(at, ",")) return names;
    at++;
  }
}

function afterParenthesis(tokens: readonly SqlToken[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (tokens[at]?.text === "(") depth++;
    if (tokens[at]?.text === ")" && --depth === 0) return at + 1;
  }
  return tokens.length;
}
