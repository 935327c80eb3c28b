/** The vocabulary in which tables are described: one definition gives Arrow, Parquet, DDL and the data dictionary. */

/** `timestamp` is UTC, milliseconds, without a zone. `text` columns are dictionary encoded in Arrow. */
export type ColumnType = "text" | "integer" | "bigint" | "double" | "boolean" | "timestamp";

export interface Column<Name extends string = string, Type extends ColumnType = ColumnType> {
  readonly name: Name;
  readonly type: Type;
  /** The column's meaning, for the data dictionary. */
  readonly doc: string;
  /** Its place in a CloudTrail record, or how it is derived. */
  readonly source?: string;
  /** The kind of personal data in it; left out if there is none. */
  readonly personal?: Personal;
}

/**
 * `person`: the value is a person. `text`: people may stand in it. `principal` and `principal-name`: a person or a machine, by the
 * type of the principal.
 */
export type Personal = "person" | "text" | "principal" | "principal-name";

/** The description of a relation, as views and tables both have it. */
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

/** The JavaScript types of values; timestamps are epoch milliseconds. */
interface CellTypes {
  readonly text: string;
  readonly integer: number;
  readonly bigint: number;
  readonly double: number;
  readonly boolean: boolean;
  readonly timestamp: number;
}

/** A row of a table with these columns, each value by its column's name. */
export type RowOf<C extends Column> = { readonly [Each in C as Each["name"]]: CellTypes[Each["type"]] | null };

/** All columns but those of these names. */
export function columnsWithout<C extends Column, const Name extends C["name"]>(
  columns: readonly C[],
  ...names: readonly Name[]
): readonly Exclude<C, { readonly name: Name }>[] {
  const left: ReadonlySet<string> = new Set(names);
  return columns.filter((each): each is Exclude<C, { readonly name: Name }> => !left.has(each.name));
}

/** Short form of a column definition. */
export function column<const Name extends string, Type extends ColumnType>(
  name: Name,
  type: Type,
  doc: string,
  source?: string,
): Column<Name, Type> {
  return source === undefined ? { name, type, doc } : { name, type, doc, source };
}

/** A column that means the same as in another table. */
export function sameColumn(table: Table, name: string): Column {
  const found = table.columns.find((known) => known.name === name);
  if (found === undefined) throw new Error(`${table.name} has no column ${name}`);
  return found;
}

/** A column in which people may stand. */
export function personal<C extends Column>(kind: Personal, plain: C): C {
  return { ...plain, personal: kind };
}
