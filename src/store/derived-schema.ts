/** The part of a warehouse that follows from Spillway's own files: macros, views, comments, reference data. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { builtInBoundaries } from "../reference/boundaries.ts";
import { internalSchema, internalTables } from "../schema/internal-tables.ts";
import { filledQuery, queriesFolder, readQuery } from "../sql/query-file.ts";
import { reportViews } from "../sql/report-views.ts";
import { publicTables } from "../schema/public-tables.ts";
import { commentSql, createTableSql } from "./ddl.ts";
import { sqlText } from "./duck.ts";

export interface DerivedSchema {
  /** The hash of all of it, which changes with any part. */
  readonly hash: string;
  /** The statements, for a database that has the tables. */
  readonly sql: string;
}

/** The derived schema, which is renewed in a warehouse when Spillway's files change. `queries` is the folder with the SQL files. */
export function derivedSchema(queries: URL = queriesFolder): DerivedSchema {
  const data = ["regions.json", "inference-profiles.json"].map((name) =>
    fileURLToPath(new URL(`../reference/${name}`, import.meta.url)),
  );
  const [regions = "", profiles = ""] = data;
  const views = reportViews(queries);
  const sql = [
    `${readQuery("duckdb/shim.sql", queries)};`,
    `${filledQuery("duckdb/reference.sql", { regions: sqlText(regions), profiles: sqlText(profiles), boundaries: boundaryRows() })};`,
    ...views.map(({ name, sql }) => `CREATE OR REPLACE VIEW "${name}" AS\n${sql}\n;`),
    ...publicTables.map((table) => commentSql(table, "TABLE")),
    ...internalTables.map((table) => commentSql(table, "TABLE", internalSchema)),
    ...views.map((view) => commentSql(view, "VIEW")),
  ].join("\n");
  const hash = createHash("sha256")
    .update(sql)
    .update(readQuery("model/invocation-day.sql", queries))
    .update(readQuery("duckdb/ledger-status.sql"));
  // a new table has to be made in existing warehouses too
  for (const table of [...publicTables, ...internalTables]) hash.update(createTableSql(table));
  for (const file of data) hash.update(readFileSync(file));
  return { hash: hash.digest("hex"), sql };
}

function boundaryRows(): string {
  return [...builtInBoundaries()]
    .flatMap(([name, regions]) => regions.map((region) => `(${sqlText(name)}, ${sqlText(region)}, 'reference')`))
    .join(",\n  ");
}
