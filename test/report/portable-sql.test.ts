/** The lint of the reports: what only DuckDB understands, or what both engines answer differently. */
import { expect, it } from "vitest";
import { loadCatalogue } from "../../src/report/catalogue.ts";
import { invocationDaySql } from "./fixture.ts";
import { sqlTokens } from "../../src/sql/tokens.ts";

const forbidden: readonly (readonly [RegExp, string])[] = [
  [/\bqualify\b/, "QUALIFY"],
  [/\b(group|order) by all\b/, "GROUP BY ALL"],
  [/::/, ":: casts"],
  [/->/, "-> and ->>"],
  [/\bilike\b|\bglob\b|\bsimilar\b/, "ILIKE, GLOB"],
  [/\b(exclude|replace|columns) \(/, "star modifiers"],
  [
    /\b(strftime|strptime|json_extract_string|list_\w+|string_agg|array_to_string|epoch\w*|make_\w+|read_\w+|range|generate_series|arg_min|arg_max|quantile\w*|mode|first|last|any_value|len|struct_\w+)\s?\(/,
    "functions of one engine",
  ],
  [
    /\b(greatest|least|split_part|regexp_\w+|json_value|element_at|date_add|listagg|sequence|unnest)\s?\(/,
    "functions that answer differently",
  ],
  [/\b(min_by|max_by)\s?\((?!.*filter)/, "min_by without FILTER"],
  [/\b(semi|anti|asof|positional) join\b/, "joins of DuckDB"],
  [/\bcount_if\s?\(|\bsum\s?\([^)]*\)\s*\/\s*\d/, "HUGEINT and integer division"],
  [/\bas (materialized|text|string|hugeint|ubigint)\b/, "names of one engine"],
  [/\blimit \d+ offset\b|\busing sample\b|\bpivot\b/, "clauses of one engine"],
  [/\$\d|\?/, "parameters"],
];

/** Comments and strings out, one blank between tokens. */
function skeleton(sql: string): string {
  return sqlTokens(sql)
    .map((token) => (token.kind === "string" ? "''" : token.text.toLowerCase()))
    .join(" ")
    .replaceAll(" ( ", " (")
    .replaceAll(": :", "::")
    .replaceAll("- >", "->");
}

it.each<[string, string]>([
  ...[...loadCatalogue().values()].map((report): [string, string] => [report.name, report.sql]),
  ["invocation-day", invocationDaySql],
])("%s stays in the common subset", (_, sql) => {
  const found = forbidden.filter(([pattern]) => pattern.test(skeleton(sql))).map(([, what]) => what);
  expect(found).toEqual([]);
  // Trino names a CTE's columns like DuckDB only if nothing is quoted in DuckDB's ways
  expect(sqlTokens(sql).filter((token) => token.kind === "string" && !token.text.startsWith("'"))).toEqual([]);
});

it.each([
  "SELECT x::date FROM t",
  "SELECT a, count(*) FROM t GROUP BY ALL",
  "SELECT j->>'$.a' FROM t",
  "SELECT * EXCLUDE (a) FROM t",
  "SELECT split_part(a, '/', 2) FROM t",
  "SELECT row_number() OVER () AS n FROM t QUALIFY n = 1",
])("the lint sees %s", (sql) => {
  expect(forbidden.some(([pattern]) => pattern.test(skeleton(sql)))).toBe(true);
});
