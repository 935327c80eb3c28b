/** The composition of statements: CTEs in front, and the statement's end. */
import { type SqlToken, namesIn, sqlTokens } from "./tokens.ts";

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
    // the names of columns, if any, then the body
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

/** The statement without the semicolons and comments after it: neither Trino nor a view accepts a semicolon. */
export function withoutTerminator(sql: string): string {
  const tokens = sqlTokens(sql);
  let last = tokens.length - 1;
  while (last >= 0 && tokens[last]?.text === ";") last--;
  return sql.slice(0, tokens[last]?.end ?? 0);
}

/** Whether the text holds more than one statement. */
export function hasSeveralStatements(sql: string): boolean {
  return sqlTokens(withoutTerminator(sql)).some((token) => token.text === ";");
}
