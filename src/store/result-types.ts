/** DuckDB's types as columns of a result, with the SQL and code that make plain cells of their values. */
import type { DuckDBType, DuckDBValue } from "duckdb";
import type { Cell, ResultColumn, ResultType } from "../schema/result-column.ts";
import { loadDuckDb } from "./duck.ts";
import { nestedSql } from "./nested-types.ts";

/** A column of a statement before it is written: `type` is DuckDB's own. */
export interface SourceColumn {
  readonly column: ResultColumn;
  readonly type: DuckDBType;
}

export function sourceColumn(name: string, type: DuckDBType): SourceColumn {
  const resultType = resultTypeOf(type);
  if (resultType !== "decimal" || !("width" in type)) return { column: { name, type: resultType }, type };
  return { column: { name, type: resultType, digits: { all: type.width, fraction: type.scale } }, type };
}

function resultTypeOf(type: DuckDBType): ResultType {
  const { DuckDBTypeId: ids } = loadDuckDb();
  switch (type.typeId) {
    case ids.BOOLEAN:
      return "boolean";
    case ids.TINYINT:
    case ids.SMALLINT:
    case ids.INTEGER:
    case ids.UTINYINT:
    case ids.USMALLINT:
      return "integer";
    case ids.UINTEGER:
    case ids.BIGINT:
      return "bigint";
    case ids.UBIGINT:
    case ids.HUGEINT:
    case ids.UHUGEINT:
    case ids.BIGNUM:
      return "hugeint";
    case ids.FLOAT:
    case ids.DOUBLE:
      return "double";
    case ids.DECIMAL:
      return "decimal";
    case ids.TIMESTAMP:
    case ids.TIMESTAMP_TZ:
    case ids.TIMESTAMP_S:
    case ids.TIMESTAMP_MS:
    case ids.TIMESTAMP_NS:
      return "timestamp";
    case ids.LIST:
    case ids.ARRAY:
    case ids.STRUCT:
    case ids.MAP:
    case ids.UNION:
      return "json";
    case ids.VARCHAR:
      return type.alias === "JSON" ? "json" : "text";
    default:
      return "text";
  }
}

/** The expression whose values `cellReader` accepts: types without a plain value become text. */
export function cellSql({ column, type }: SourceColumn, value: string): string {
  const { DuckDBTypeId: ids } = loadDuckDb();
  switch (column.type) {
    case "timestamp":
      return type.typeId === ids.TIMESTAMP || type.typeId === ids.TIMESTAMP_TZ ? value : `${value}::TIMESTAMP`;
    case "json":
      return `to_json(${nestedSql(type, value)})::VARCHAR`;
    case "hugeint":
    case "decimal":
      return `${value}::VARCHAR`;
    case "text":
      return type.typeId === ids.VARCHAR ? value : `${value}::VARCHAR`;
    default:
      return value;
  }
}

/** The function that makes a cell of a value that is not null. */
export function cellReader({ type }: ResultColumn): (value: DuckDBValue) => Cell {
  switch (type) {
    case "boolean":
      return (value) => value === true;
    case "integer":
    case "double":
      return Number;
    case "bigint":
    case "hugeint":
      return (value) => (typeof value === "bigint" ? value : BigInt(String(value)));
    case "timestamp":
      return microsecondsOf;
    default:
      return (value) => (typeof value === "string" ? value : String(value));
  }
}

function microsecondsOf(value: DuckDBValue): Cell {
  return typeof value === "object" && value !== null && "micros" in value ? value.micros : null;
}
