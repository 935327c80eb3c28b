/** The table `meta` of a warehouse, and the check whether this program may write to the file. */
import type { DuckDBConnection } from "duckdb";
import { SpillwayError } from "../errors.ts";
import { internalSchema, metaTable } from "../schema/internal-tables.ts";
import { rowsOf, sqlText } from "./duck.ts";

/** Raised when a table changes: an older Spillway must not write to it. 2: internal tables have a schema of their own. */
export const schemaVersion = 2;

/** Refuses a file that is not a warehouse, or newer than this program. */
export async function checkVersion(connection: DuckDBConnection, file: string): Promise<void> {
  const names = (
    await rowsOf(connection, "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()")
  ).map(([name]) => String(name));
  if (names.length === 0) return;
  const version =
    names.includes(metaTable.name) && names.includes("event")
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

/** The content of a database's table `meta`; empty without one. Default: the database in use. */
export async function readMeta(connection: DuckDBConnection, database?: string): Promise<Map<string, string>> {
  const name = database === undefined ? "current_database()" : sqlText(database);
  const [place] = await rowsOf(
    connection,
    // files of the first version have it among their other tables
    `SELECT database_name, schema_name FROM duckdb_tables() WHERE table_name = ${sqlText(metaTable.name)} AND database_name = ${name}
AND schema_name IN (${sqlText(internalSchema)}, 'main') ORDER BY schema_name LIMIT 1`,
  );
  if (place === undefined) return new Map();
  const rows = await rowsOf(
    connection,
    `SELECT name, value FROM "${String(place[0])}"."${String(place[1])}"."${metaTable.name}"`,
  );
  return new Map(rows.map(([key, value]) => [String(key), String(value)]));
}

export async function writeMeta(connection: DuckDBConnection, values: Readonly<Record<string, string>>): Promise<void> {
  const meta = `"${internalSchema}"."${metaTable.name}"`;
  const names = Object.keys(values).map(sqlText).join(", ");
  const rows = Object.entries(values).map(([name, value]) => `(${sqlText(name)}, ${sqlText(value)})`);
  await connection.run(`DELETE FROM ${meta} WHERE name IN (${names}); INSERT INTO ${meta} VALUES ${rows.join(", ")};`);
}
