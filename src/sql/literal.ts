/** Owns the text literal of SQL, which every engine reads alike. */

/** A text as an SQL literal. */
export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
