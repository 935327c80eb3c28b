/** The reference relations as SQL text, for engines that have no warehouse file to read them from. */
import { dataFile } from "../../reference/data-file.ts";
import { type InferenceProfileRow, inferenceProfileRows } from "../../reference/inference-profiles.ts";
import { operations } from "../../reference/operations.ts";
import { regionRows } from "../../reference/regions.ts";
import type { ColumnType, Table } from "../../schema/column.ts";
import { textLiteral } from "../../sql/literal.ts";
import { invocationLogTables } from "../../schema/invocation-log.ts";
import { aggregatedCallTable, regionTable } from "../../schema/tables.ts";

type Cell = string | boolean | null;

/** A relation by name, and a query that yields its rows on Athena, Trino and DuckDB alike. */
export interface Relation {
  readonly name: string;
  readonly sql: string;
}

interface Prefixed {
  readonly prefix: string;
}

const vendorFile = dataFile<Prefixed>("vendors.json");
const scopeFile = dataFile<Prefixed>("scopes.json");

/** The relations that queries/athena/event.sql reads beside the raw records. */
export function parserRelations(): readonly Relation[] {
  return [
    valuesRelation(
      "vendor",
      ["prefix"],
      vendorFile().rows.map(({ prefix }) => [prefix]),
    ),
    valuesRelation(
      "profile_scope",
      ["prefix"],
      scopeFile().rows.map(({ prefix }) => [prefix]),
    ),
    valuesRelation(
      "operation",
      ["name", "event_source", "kind", "streaming"],
      operations().map((row) => [
        row.name,
        row.event_source,
        row.kind,
        row.streaming === null ? null : String(row.streaming),
      ]),
    ),
  ];
}

/** The relations that the model and the reports read beside `event` and `invocation`. */
export function reportRelations(): readonly Relation[] {
  const names = regionTable.columns.map((column) => column.name);
  const flags = regionTable.columns.filter((column) => column.type === "boolean").map((column) => column.name);
  const rows = regionRows().map((row) => names.map((name) => cellOf(row, name)));
  return [
    valuesRelation("region", names, rows, flags),
    profileRelation(inferenceProfileRows()),
    // tables of raw logs have no column for what an aggregated event counts
    emptyRelation(aggregatedCallTable),
    // nor do they hold model invocation logs
    ...invocationLogTables.map(emptyRelation),
  ];
}

/** A `SELECT` over constants; every column is cast, which gives a column of nulls its type. */
export function valuesRelation(
  name: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  flags: readonly string[] = [],
): Relation {
  const selected = columns.map(
    (column) => `cast(${column} as ${flags.includes(column) ? "boolean" : "varchar"}) as ${column}`,
  );
  const lines =
    rows.length === 0
      ? [`  (${columns.map(() => "null").join(", ")})`]
      : rows.map((row) => `  (${row.map(literal).join(", ")})`);
  const condition = rows.length === 0 ? "\nwhere false" : "";
  return {
    name,
    sql: `select ${selected.join(", ")}\nfrom (values\n${lines.join(",\n")}\n) as t (${columns.join(", ")})${condition}`,
  };
}

const sqlTypes: Readonly<Record<ColumnType, string>> = {
  text: "varchar",
  integer: "integer",
  bigint: "bigint",
  double: "double",
  boolean: "boolean",
  timestamp: "timestamp",
};

/** A relation without rows, for facts that an engine over raw logs does not have. */
function emptyRelation({ name, columns }: Table): Relation {
  const nulls = columns.map((column) => `cast(null as ${sqlTypes[column.type]}) as ${column.name}`);
  return { name, sql: `select ${nulls.join(", ")}\nfrom (values (1)) as t (one)\nwhere one = 0` };
}

/** The profiles in few bytes, since Athena's statements may have 256 KB: one line for each profile, with routes as text. */
function profileRelation(rows: readonly InferenceProfileRow[]): Relation {
  const routes = new Map<string, Map<string, string[]>>();
  for (const row of rows) {
    const key = JSON.stringify([row.profile_id, row.model, row.as_of, row.source]);
    const bySource = routes.get(key) ?? new Map<string, string[]>();
    routes.set(key, bySource);
    const destinations = bySource.get(row.source_region) ?? [];
    bySource.set(row.source_region, destinations);
    destinations.push(row.destination_region);
  }
  const lines = [...routes].map(([key, bySource]): Cell[] => {
    const text = [...bySource].map(([source, destinations]) => `${source}:${destinations.join(",")}`).join(";");
    // The key was made above from three texts and a model that may be null.
    return [...(JSON.parse(key) as Cell[]), text];
  });
  const packed = valuesRelation("packed", ["profile_id", "model", "as_of", "source", "routes"], lines);
  return {
    name: "inference_profile",
    sql: [
      "select p.profile_id, split_part(r.route, ':', 1) as source_region, d.destination_region, p.model, p.as_of, p.source",
      `from (\n${packed.sql}\n) as p`,
      "cross join unnest(split(p.routes, ';')) as r (route)",
      "cross join unnest(split(split_part(r.route, ':', 2), ',')) as d (destination_region)",
    ].join("\n"),
  };
}

function cellOf(row: object, name: string): Cell {
  const value: unknown = Object.entries(row).find(([key]) => key === name)?.[1];
  return typeof value === "string" || typeof value === "boolean" ? value : null;
}

function literal(cell: Cell): string {
  if (cell === null) return "null";
  return typeof cell === "boolean" ? String(cell) : textLiteral(cell);
}
