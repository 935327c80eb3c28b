/** The statements with which DuckDB itself writes a result into a file, each column as the format demands. */
import type { DuckDBType } from "duckdb";
import type { CopyOptions } from "../schema/result-column.ts";
import { formulaPattern, formulaPatternRe2 } from "../schema/formula.ts";
import { identifier, textLiteral } from "../sql/literal.ts";
import { loadDuckDb } from "./duck.ts";
import { finiteSql, isoTimeSql, nestedSql } from "./nested-types.ts";
import { parquetSql } from "./parquet-types.ts";
import type { SourceColumn } from "./result-types.ts";
import { type ReadingStatement, relationOf } from "./statement.ts";

/** The `COPY … TO` of a statement, to a new or existing file. */
export function copySql(statement: ReadingStatement, file: string, options: CopyOptions, isOrdered: boolean): string {
  const { format, maxRows } = options;
  const columns = statement.columns.map((column, index) => {
    const value = `c${index}`;
    const name = format === "csv" ? csvName(column.column.name) : identifier(column.column.name);
    return `${expressionOf[format](column, value)} AS ${name}`;
  });
  const limit = maxRows === undefined ? "" : ` LIMIT ${maxRows}`;
  const rows = `SELECT ${columns.join(", ")} FROM ${relationOf(statement)}${limit}`;
  // without DuckDB's temporary file beside it, which is not among the allowed paths; we rename the file ourselves
  return `COPY (${rows}) TO ${textLiteral(file)} (${formatSql(options)}, USE_TMP_FILE false, PRESERVE_ORDER ${isOrdered})`;
}

/** Rows of a group in a Parquet file: half of DuckDB's own number. Larger groups of fifty columns do not fit into the memory of reading. */
const rowGroup = 61_440;

function formatSql({ format, metadata = {} }: CopyOptions): string {
  if (format === "csv") return "FORMAT csv, HEADER true";
  if (format === "ndjson") return "FORMAT json";
  const entries = Object.entries(metadata).map(([key, value]) => `${identifier(key)}: ${textLiteral(value)}`);
  const described = entries.length === 0 ? "" : `, KV_METADATA {${entries.join(", ")}}`;
  return `FORMAT parquet, ROW_GROUP_SIZE ${rowGroup}${described}`;
}

const expressionOf: Readonly<Record<CopyOptions["format"], (column: SourceColumn, value: string) => string>> = {
  csv: csvSql,
  ndjson: jsonSql,
  parquet: parquetSql,
};

function csvSql({ column, type }: SourceColumn, value: string): string {
  switch (column.type) {
    case "text":
      return harmlessSql(asText(type, value));
    case "json":
      return harmlessSql(`to_json(${nestedSql(type, value)})::VARCHAR`);
    case "timestamp":
      return isoTimeSql(asTimestamp(type, value));
    case "double": {
      const double = `${value}::DOUBLE`;
      return `CASE WHEN ${double} = trunc(${double}) AND abs(${double}) < 1e16 THEN ${double}::BIGINT::VARCHAR ELSE ${double}::VARCHAR END`;
    }
    default:
      return value;
  }
}

/** The text made harmless. Most begin with a letter or digit, which needs no pattern; null is tested first, being quickest. */
function harmlessSql(value: string): string {
  const formula = `regexp_matches(${value}, ${textLiteral(formulaPatternRe2)})`;
  const checked = `WHEN ${formula} THEN chr(39) || ${value} ELSE ${value} END`;
  const upwards = `CASE WHEN ${value} < '{' THEN ${value} ${checked}`;
  return `CASE WHEN ${value} IS NULL THEN NULL WHEN ${value} >= 'A' THEN ${upwards} WHEN ${value} >= '0' AND ${value} < ':' THEN ${value} ${checked}`;
}

/** The name of a column in CSV, since a name can be a formula too. */
function csvName(name: string): string {
  return identifier(new RegExp(formulaPattern).test(name) ? `'${name}` : name);
}

function jsonSql({ column, type }: SourceColumn, value: string): string {
  switch (column.type) {
    case "text":
      return asText(type, value);
    case "json":
      return nestedSql(type, value);
    case "timestamp":
      return isoTimeSql(asTimestamp(type, value));
    case "double":
      return finiteSql(`${value}::DOUBLE`);
    default:
      return value;
  }
}

function asText(type: DuckDBType, value: string): string {
  return type.typeId === loadDuckDb().DuckDBTypeId.VARCHAR ? value : `${value}::VARCHAR`;
}

function asTimestamp(type: DuckDBType, value: string): string {
  const { TIMESTAMP, TIMESTAMP_TZ } = loadDuckDb().DuckDBTypeId;
  return type.typeId === TIMESTAMP || type.typeId === TIMESTAMP_TZ ? value : `${value}::TIMESTAMP`;
}
