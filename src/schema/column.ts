/** Owns the vocabulary in which tables are described: one definition gives Arrow, Parquet, DDL and the data dictionary. */

/** `timestamp` is UTC, milliseconds, without a zone. `text` columns are dictionary encoded in Arrow. */
export type ColumnType = "text" | "integer" | "bigint" | "double" | "boolean" | "timestamp";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** What the column says, for the data dictionary. */
  readonly doc: string;
  /** Where in a CloudTrail record it comes from, or how it is derived. */
  readonly source?: string;
  /** How people stand in it; left out where none do. */
  readonly personal?: Personal;
}

/**
 * `person`: the value is a person. `text`: people may stand in it. `principal` and `principal-name`: a person or a machine, by the
 * type of the principal.
 */
export type Personal = "person" | "text" | "principal" | "principal-name";

/** A relation in words: what a view's header and a table's description both say. */
export interface Described {
  readonly name: string;
  readonly doc: string;
  readonly columns: readonly { readonly name: string; readonly doc: string; readonly source?: string }[];
}

export interface Table {
  readonly name: string;
  readonly doc: string;
  readonly columns: readonly Column[];
}

/** Short form of a column definition. */
export function column(name: string, type: ColumnType, doc: string, source?: string): Column {
  return source === undefined ? { name, type, doc } : { name, type, doc, source };
}

/** A column that means the same as in another table. */
export function sameColumn(table: Table, name: string): Column {
  const found = table.columns.find((known) => known.name === name);
  if (found === undefined) throw new Error(`${table.name} has no column ${name}`);
  return found;
}

/** A column in which people may stand. */
export function personal(kind: Personal, plain: Column): Column {
  return { ...plain, personal: kind };
}
