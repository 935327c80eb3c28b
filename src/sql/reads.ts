/** The relations that a statement reads, and how often: Athena and Trino compute a CTE again for every mention. */
import { type SqlToken, sqlTokens } from "./tokens.ts";

/** The plain names behind FROM and JOIN, in lower case: relations, and the statement's own CTEs. */
export function relationsIn(sql: string): ReadonlySet<string> {
  const tokens = sqlTokens(sql);
  return new Set(
    tokens.filter((_, at) => isWord(tokens[at - 1], "from") || isWord(tokens[at - 1], "join")).map(nameOf),
  );
}

/** The number of reads of `source`, which may be a CTE itself, through the statement's CTEs, nested ones included. */
export function countReads(sql: string, source: string): number {
  return readsIn(sqlTokens(sql), source, new Map([[source, 1]]));
}

function readsIn(tokens: readonly SqlToken[], source: string, known: ReadonlyMap<string, number>): number {
  const reads = new Map(known);
  let at = 0;
  if (isWord(tokens[0], "with")) {
    at = 1;
    while (isWord(tokens[at + 1], "as") || tokens[at + 1]?.text === "(") {
      const name = nameOf(tokens[at]);
      // names of columns may follow the name
      const body = isWord(tokens[at + 1], "as") ? at + 2 : closing(tokens, at + 1) + 2;
      const end = closing(tokens, body);
      if (name !== source) reads.set(name, readsIn(tokens.slice(body + 1, end), source, reads));
      at = end + 1;
      if (tokens[at]?.text !== ",") break;
      at++;
    }
  }
  let sum = 0;
  for (; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.text === "(" && isWord(tokens[at + 1], "with")) {
      const end = closing(tokens, at);
      sum += readsIn(tokens.slice(at + 1, end), source, reads);
      at = end;
    } else if (isWord(tokens[at - 1], "from") || isWord(tokens[at - 1], "join")) sum += reads.get(nameOf(token)) ?? 0;
  }
  return sum;
}

function isWord(token: SqlToken | undefined, word: string): boolean {
  return token?.kind === "word" && token.text.toLowerCase() === word;
}

function nameOf(token: SqlToken | undefined): string {
  return token?.kind === "word" ? token.text.toLowerCase() : "";
}

/** The place of the parenthesis that closes the one at `at`. */
function closing(tokens: readonly SqlToken[], at: number): number {
  let depth = 0;
  for (let place = at; place < tokens.length; place++) {
    if (tokens[place]?.text === "(") depth++;
    if (tokens[place]?.text === ")" && --depth === 0) return place;
  }
  return tokens.length;
}
