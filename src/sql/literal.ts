/** The literals and quoted names of SQL that every engine reads alike. */

/** A text as an SQL literal. */
export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A quoted name, whatever characters it has. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A UTC timestamp literal that both engines read alike, to the millisecond. */
export function timestampLiteral(value: Date): string {
  return `TIMESTAMP '${value.toISOString().slice(0, 23).replace("T", " ")}'`;
}
