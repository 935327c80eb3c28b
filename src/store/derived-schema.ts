/** What in a warehouse follows from Spillway's own files alone: macros, views, comments, reference data. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { builtInBoundaries } from "../reference/boundaries.ts";
import { internalSchema, internalTables } from "../schema/internal-tables.ts";
import { queriesFolder, readQuery } from "../sql/query-file.ts";
import { reportViews } from "../sql/report-views.ts";
import { publicTables } from "../schema/public-tables.ts";
import { commentSql, createTableSql } from "./ddl.ts";
import { sqlText } from "./duck.ts";

export interface DerivedSchema {
  /** Another one wherever anything of it changes. */
  readonly hash: string;
  /** Statements for a database that has the tables. */
  readonly sql: string;
}

/** What is renewed in a warehouse when Spillway's files change. `queries` is the folder with the SQL files. */
export function derivedSchema(queries: URL = queriesFolder): DerivedSchema {
  const data = ["regions.json", "inference-profiles.json"].map((name) =>
    fileURLToPath(new URL(`../reference/${name}`, import.meta.url)),
  );
  const [regions = "", profiles = ""] = data;
  const views = reportViews(queries);
  const sql = [
    `${readQuery("duckdb/shim.sql", queries)};`,
    referenceSql(regions, profiles),
    boundarySql(),
    ...views.map(({ name, sql }) => `CREATE OR REPLACE VIEW "${name}" AS\n${sql}\n;`),
    ...publicTables.map((table) => commentSql(table, "TABLE")),
    ...internalTables.map((table) => commentSql(table, "TABLE", internalSchema)),
    ...views.map((view) => commentSql(view, "VIEW")),
  ].join("\n");
  const hash = createHash("sha256")
    .update(sql)
    .update(readQuery("model/invocation-day.sql", queries))
    .update(readQuery("duckdb/ledger-status.sql"));
  // a table that is new has to be made in the warehouses that are there already
  for (const table of [...publicTables, ...internalTables]) hash.update(createTableSql(table));
  for (const file of data) hash.update(readFileSync(file));
  return { hash: hash.digest("hex"), sql };
}

/** The snapshot replaces what an older snapshot said; rows that the user refreshed stay and win. */
function referenceSql(regions: string, profiles: string): string {
  return `
DELETE FROM region;
INSERT INTO region SELECT r.region, r.name, r.country, r.country_name, r.eu_member, r.eea_member, r.partition, r.jurisdiction, f.as_of
FROM (SELECT as_of, unnest(rows) AS r FROM read_json(${sqlText(regions)}, format = 'unstructured', columns = {as_of: 'VARCHAR',
  rows: 'STRUCT(region VARCHAR, name VARCHAR, country VARCHAR, country_name VARCHAR, eu_member BOOLEAN, eea_member BOOLEAN, partition VARCHAR, jurisdiction VARCHAR)[]'})) f;
CREATE OR REPLACE TEMP TABLE shipped_profile AS
SELECT p.profileId AS profile_id, p.sourceRegion AS source_region, unnest(p.destinations) AS destination_region, p.model, p."asOf" AS as_of, p.source
FROM (SELECT unnest(rows) AS p FROM read_json(${sqlText(profiles)}, format = 'unstructured', columns = {
  rows: 'STRUCT(profileId VARCHAR, sourceRegion VARCHAR, destinations VARCHAR[], model VARCHAR, "asOf" VARCHAR, source VARCHAR)[]'}));
DELETE FROM inference_profile WHERE source IN (SELECT source FROM shipped_profile);
INSERT INTO inference_profile SELECT s.* FROM shipped_profile s
ANTI JOIN inference_profile i ON i.profile_id = s.profile_id AND i.source_region = s.source_region;
DROP TABLE shipped_profile;`;
}

function boundarySql(): string {
  const rows = [...builtInBoundaries()].flatMap(([name, regions]) =>
    regions.map((region) => `(${sqlText(name)}, ${sqlText(region)}, 'reference')`),
  );
  return `DELETE FROM boundary WHERE source = 'reference';\nINSERT INTO boundary VALUES ${rows.join(", ")};`;
}
