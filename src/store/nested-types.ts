/** The output of lists, structs and maps: their values follow the same rules as plain ones. */
import type { DuckDBType } from "duckdb";
import { loadDuckDb } from "./duck.ts";
import { identifier, textLiteral } from "../sql/literal.ts";

/** The expression for ISO 8601 in UTC, with microseconds where there are any. */
export function isoTimeSql(value: string): string {
  const format = (fraction: string): string => `strftime(${value}, '%Y-%m-%dT%H:%M:%S.${fraction}Z')`;
  return `CASE WHEN epoch_us(${value}) % 1000 = 0 THEN ${format("%g")} ELSE ${format("%f")} END`;
}

/** The expression with null for NaN and infinity, which JSON lacks. */
export function finiteSql(value: string): string {
  return `CASE WHEN isfinite(${value}) THEN ${value} END`;
}

/** The expression with times as ISO 8601 and numbers that JSON can hold; unchanged where nothing needs it. */
export function nestedSql(type: DuckDBType, value: string, depth = 0): string {
  const { DuckDBTypeId: ids } = loadDuckDb();
  switch (type.typeId) {
    case ids.FLOAT:
    case ids.DOUBLE:
      return finiteSql(value);
    case ids.TIMESTAMP:
    case ids.TIMESTAMP_TZ:
      return isoTimeSql(value);
    case ids.TIMESTAMP_S:
    case ids.TIMESTAMP_MS:
    case ids.TIMESTAMP_NS:
      return isoTimeSql(`${value}::TIMESTAMP`);
    case ids.LIST:
    case ids.ARRAY:
      return "valueType" in type ? listSql(type.valueType, value, depth) : value;
    case ids.STRUCT:
      return "entryNames" in type ? structSql(type.entryNames, type.entryTypes, value, depth) : value;
    case ids.MAP: {
      if (!("keyType" in type)) return value;
      const values = listSql(type.valueType, `map_values(${value})`, depth);
      return values === `map_values(${value})` ? value : `map(map_keys(${value}), ${values})`;
    }
    default:
      return value;
  }
}

function listSql(element: DuckDBType, value: string, depth: number): string {
  const name = `e${depth}`;
  const changed = nestedSql(element, name, depth + 1);
  return changed === name ? value : `list_transform(${value}, lambda ${name}: ${changed})`;
}

function structSql(names: readonly string[], types: readonly DuckDBType[], value: string, depth: number): string {
  // a row without names cannot be put together again
  if (names.includes("")) return value;
  const entries = names.map((name, index) => {
    const entry = `struct_extract(${value}, ${textLiteral(name)})`;
    const type = types[index];
    return { name, entry, changed: type === undefined ? entry : nestedSql(type, entry, depth) };
  });
  if (entries.every(({ entry, changed }) => entry === changed)) return value;
  const packed = entries.map(({ name, changed }) => `${identifier(name)} := ${changed}`).join(", ");
  return `CASE WHEN ${value} IS NOT NULL THEN struct_pack(${packed}) END`;
}
