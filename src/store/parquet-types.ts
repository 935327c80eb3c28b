/** The types of values in Parquet files that DuckDB writes: exact, with times in UTC by type. */
import type { DuckDBType } from "duckdb";
import { identifier } from "../sql/literal.ts";
import { loadDuckDb } from "./duck.ts";
import type { SourceColumn } from "./result-types.ts";

/** The expression for a column: DuckDB itself would write HUGEINT as DOUBLE, and TIMESTAMP without a zone. */
export function parquetSql({ column, type }: SourceColumn, value: string): string {
  switch (column.type) {
    case "integer":
      return `${value}::INTEGER`;
    case "bigint":
      return `${value}::BIGINT`;
    case "double":
      return `${value}::DOUBLE`;
    case "hugeint":
    case "text":
      return `${value}::VARCHAR`;
    case "timestamp":
      return `${value}::TIMESTAMPTZ`;
    case "json": {
      const changed = nestedType(type);
      return changed === type.toString() ? value : `${value}::${changed}`;
    }
    default:
      return value;
  }
}

/** The type with such types replaced inside it too. */
function nestedType(type: DuckDBType): string {
  const own = type.toString();
  const { DuckDBTypeId: ids } = loadDuckDb();
  switch (type.typeId) {
    case ids.HUGEINT:
    case ids.UHUGEINT:
    case ids.UBIGINT:
    case ids.BIGNUM:
    case ids.UNION:
      return "VARCHAR";
    case ids.TIMESTAMP:
    case ids.TIMESTAMP_S:
    case ids.TIMESTAMP_MS:
    case ids.TIMESTAMP_NS:
      return "TIMESTAMPTZ";
    case ids.LIST:
    case ids.ARRAY:
      return "valueType" in type ? `${nestedType(type.valueType)}[]` : own;
    case ids.MAP:
      return "keyType" in type ? `MAP(${nestedType(type.keyType)}, ${nestedType(type.valueType)})` : own;
    case ids.STRUCT: {
      // the type of a row without names cannot be written down
      if (!("entryNames" in type) || type.entryNames.includes("")) return own;
      const entries = type.entryNames.map((name, index) => {
        const entry = type.entryTypes[index];
        return `${identifier(name)} ${entry === undefined ? "VARCHAR" : nestedType(entry)}`;
      });
      return `STRUCT(${entries.join(", ")})`;
    }
    default:
      return own;
  }
}
