/** Owns the warehouse's schema: tables, macros, a view for each report, and the reference data. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { DuckDBConnection } from "duckdb";
import { SpillwayError } from "../errors.ts";
import type { Column, ColumnType, Table } from "../schema/column.ts";
import { eventTable } from "../schema/event.ts";
import { invocationTable } from "../schema/invocation.ts";
import { invocationDayTable } from "../schema/invocation-day.ts";
import { queriesFolder, readQuery } from "../sql/query-file.ts";
import {
  aggregatedCallTable,
  findingTable,
  inferenceProfileTable,
  quarantineTable,
  regionTable,
  runTable,
  sourceStateTable,
  trailObjectTable,
} from "../schema/tables.ts";
import { digestTables } from "../schema/digest-tables.ts";
import { rowsOf, sqlText } from "./duck.ts";

/** Raised when a table changes: an older Spillway must not write to it. */
const schemaVersion = 1;

const sqlTypes: Readonly<Record<ColumnType, string>> = {
  text: "VARCHAR",
  integer: "INTEGER",
  bigint: "BIGINT",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
};

/** Contents of an eventID that lost against another content of the same eventID: so that distinct contents are counted exactly. */
const eventVariantTable: Table = {
  name: "event_variant",
  doc: "Other contents that were delivered under an eventID; the table event holds the chosen one",
  columns: eventTable.columns,
};

/** Since when an account and Region is known to emit completions: what makes a missing one `pending`. */
const firstCompletionTable: Table = {
  name: "first_completion",
  doc: "Time of the first completion of each account and Region",
  columns: [
    { name: "account_id", type: "text", doc: "account of the caller" },
    { name: "source_region", type: "text", doc: "Region that was called" },
    { name: "first_time", type: "timestamp", doc: "event time of the first completion, UTC" },
  ],
};

/** Days of `invocation_day` that no longer say what `invocation` says; empty in a published file. */
const staleDayTable: Table = {
  name: "stale_day",
  doc: "Days whose rows in invocation_day have to be computed anew",
  columns: [{ name: "day", type: "timestamp", doc: "start of the day, UTC" }],
};

/** Calls of the last day that was pruned: a record of theirs that comes later must not stand as a call of its own. */
const prunedInvocationTable: Table = {
  name: "pruned_invocation",
  doc: "Calls of the last day before the pruned days end",
  columns: [
    { name: "invocation_key", type: "text", doc: "key of the call" },
    { name: "event_time", type: "timestamp", doc: "its time, UTC" },
  ],
};

/** What `first_completion` would forget with the events that were pruned. */
const prunedCompletionTable: Table = {
  name: "pruned_completion",
  doc: "Time of the first completion of each account and Region among the events that were pruned",
  columns: firstCompletionTable.columns,
};

const warehouseTables: readonly Table[] = [
  eventTable,
  eventVariantTable,
  invocationTable,
  invocationDayTable,
  staleDayTable,
  firstCompletionTable,
  prunedInvocationTable,
  prunedCompletionTable,
  trailObjectTable,
  quarantineTable,
  runTable,
  findingTable,
  sourceStateTable,
  aggregatedCallTable,
  regionTable,
  inferenceProfileTable,
  ...digestTables,
];

export function createTableSql(table: Table, kind: "TABLE" | "TEMP TABLE" = "TABLE"): string {
  const columns = table.columns.map((column: Column) => `  "${column.name}" ${sqlTypes[column.type]}`);
  return `CREATE ${kind} IF NOT EXISTS "${table.name}" (\n${columns.join(",\n")}\n);`;
}

/** Columns that a table lacks which an older Spillway made; new ones stand at its end. */
function addColumnsSql({ name, columns }: Table): string {
  return columns
    .map((column) => `ALTER TABLE "${name}" ADD COLUMN IF NOT EXISTS "${column.name}" ${sqlTypes[column.type]};`)
    .join("\n");
}

/** Column names of a table, quoted, for select lists. */
export function columnList(table: Table, prefix = ""): string {
  return table.columns.map((column) => `${prefix}"${column.name}"`).join(", ");
}

/** The columns of `event`, quoted: select lists name them, as views on staged files have more. */
export const eventColumns: string = columnList(eventTable);

interface Derived {
  readonly hash: string;
  readonly sql: string;
  readonly views: readonly { readonly name: string; readonly sql: string }[];
}

/** What follows from Spillway's files alone and is renewed when they change. */
function derivedSchema(): Derived {
  const shim = existsSync(new URL("duckdb/shim.sql", queriesFolder)) ? `${readQuery("duckdb/shim.sql")};` : "";
  const views = readdirSync(new URL("reports/", queriesFolder))
    .filter((name) => name.endsWith(".sql"))
    .toSorted()
    // a report that needs what only the engine provides (a boundary) is no view
    .filter((name) => !/^-- needs:/m.test(readFileSync(new URL(`reports/${name}`, queriesFolder), "utf8")))
    .map((name) => {
      const view = name.slice(0, -".sql".length).replaceAll("-", "_");
      return { name: view, sql: `CREATE OR REPLACE VIEW "${view}" AS\n${readQuery(`reports/${name}`)}\n;` };
    });
  const regions = new URL("../reference/regions.json", import.meta.url);
  const profiles = new URL("../reference/inference-profiles.json", import.meta.url);
  const daySql = readQuery("model/invocation-day.sql");
  const sql = [shim, referenceSql(fileURLToPath(regions), fileURLToPath(profiles))].join("\n");
  const hash = createHash("sha256").update(shim).update(daySql);
  for (const view of views) hash.update(view.sql);
  // a table or a column that is new has to be made in the warehouses that are there already
  for (const { name, columns } of warehouseTables) hash.update(name).update(columns.map((each) => each.name).join());
  hash.update(readFileSync(regions)).update(readFileSync(profiles));
  return { hash: hash.digest("hex"), sql, views };
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

/** The rollup follows from its statement: it is made anew when that or the reports change. */
const outdatedDays = "DROP TABLE IF EXISTS invocation_day; DROP TABLE IF EXISTS stale_day;";
const allDaysStale = "INSERT INTO stale_day SELECT DISTINCT date_trunc('day', event_time) FROM invocation;";

/** Makes or checks the schema of the database in use, with a view for each report that needs nothing else. */
export async function ensureSchema(connection: DuckDBConnection, file: string, isNew: boolean): Promise<void> {
  const derived = derivedSchema();
  if (!isNew) {
    await checkVersion(connection, file);
    const meta = await readMeta(connection);
    if (meta.get("derived") === derived.hash) return;
  }
  const tables = warehouseTables.map((table) => createTableSql(table) + (isNew ? "" : addColumnsSql(table))).join("\n");
  const views = derived.views.map((view) => view.sql).join("\n");
  // one transaction: each commit of its own would wait for the disk
  await connection.run(
    `BEGIN; CREATE TABLE IF NOT EXISTS meta (name VARCHAR, value VARCHAR);\n${outdatedDays}\n${tables}\n${allDaysStale}\n${derived.sql}\n${views}`,
  );
  await writeMeta(connection, { schema_version: String(schemaVersion), derived: derived.hash });
  await connection.run("COMMIT");
}

/** A file that is not ours, or newer than this program, is left alone. */
export async function checkVersion(connection: DuckDBConnection, file: string): Promise<void> {
  const names = (
    await rowsOf(connection, "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()")
  ).map(([name]) => String(name));
  if (names.length === 0) return;
  const version =
    names.includes("meta") && names.includes("event")
      ? Number((await readMeta(connection)).get("schema_version"))
      : Number.NaN;
  if (version <= schemaVersion) return;
  const what = Number.isNaN(version)
    ? "is a DuckDB file, but no warehouse of Spillway's"
    : "was written by a newer Spillway";
  throw new SpillwayError("warehouse-incompatible", `${file} ${what}`, {
    next: Number.isNaN(version) ? "Name another file with --warehouse" : "Update Spillway",
  });
}

export async function readMeta(connection: DuckDBConnection, database = ""): Promise<Map<string, string>> {
  const present = await rowsOf(
    connection,
    `SELECT 1 FROM duckdb_tables() WHERE table_name = 'meta' AND database_name = ${database === "" ? "current_database()" : sqlText(database)}`,
  );
  if (present.length === 0) return new Map();
  const rows = await rowsOf(connection, `SELECT name, value FROM ${database === "" ? "" : `${database}.`}meta`);
  return new Map(rows.map(([name, value]) => [String(name), String(value)]));
}

export async function writeMeta(connection: DuckDBConnection, values: Readonly<Record<string, string>>): Promise<void> {
  const names = Object.keys(values).map(sqlText).join(", ");
  const rows = Object.entries(values).map(([name, value]) => `(${sqlText(name)}, ${sqlText(value)})`);
  await connection.run(`DELETE FROM meta WHERE name IN (${names}); INSERT INTO meta VALUES ${rows.join(", ")};`);
}
