/** The literals and the quoted name of SQL, which every engine reads alike. */

/** A text as an SQL literal. */
export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as SQL writes it, whatever is in it. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A UTC timestamp literal that both engines read alike, to the millisecond. */
export function timestampLiteral(value: Date): string {
  return `TIMESTAMP '${value.toISOString().slice(0, 23).replace("T", " ")}'`;
}
