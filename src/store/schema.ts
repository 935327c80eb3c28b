/** The warehouse's schema: its creation, the upgrade of older files, and the search path. */
import type { DuckDBConnection } from "duckdb";
import { internalSchema, internalTables } from "../schema/internal-tables.ts";
import { addColumnsSql, createTableSql } from "./ddl.ts";
import { type DerivedSchema, derivedSchema } from "./derived-schema.ts";
import { rowsOf, sqlText } from "./duck.ts";
import { checkVersion, readMeta, schemaVersion, writeMeta } from "./meta.ts";
import { publicTables } from "../schema/public-tables.ts";
import { readQuery } from "../sql/query-file.ts";

/** The removal of the rollup, which is made again when its statement or the reports change. */
const outdatedDays = `DROP TABLE IF EXISTS invocation_day; DROP TABLE IF EXISTS "${internalSchema}".stale_day;`;
const allDaysStale = "INSERT INTO stale_day SELECT DISTINCT date_trunc('day', event_time) FROM invocation;";

/**
 * Makes an attached warehouse the one in use: the tables for analysts come first, then the internal ones. A file without the second
 * schema is of the first version, or not a warehouse.
 */
export async function useWarehouse(connection: DuckDBConnection, alias: string): Promise<void> {
  const present = await rowsOf(
    connection,
    `SELECT 1 FROM duckdb_schemas() WHERE database_name = ${sqlText(alias)} AND schema_name = ${sqlText(internalSchema)}`,
  );
  await connection.run(present.length === 0 ? `USE ${alias}` : searchPath(alias));
}

function searchPath(alias: string): string {
  return `SET search_path = '${alias}.main,${alias}.${internalSchema}'`;
}

/** Makes or checks the schema of the attached `warehouse`, which is in use then, with a view for each report that can have one. */
export async function ensureSchema(
  connection: DuckDBConnection,
  file: string,
  isNew: boolean,
  derived: DerivedSchema = derivedSchema(),
): Promise<void> {
  await useWarehouse(connection, "warehouse");
  if (!isNew) {
    await checkVersion(connection, file);
    const meta = await readMeta(connection);
    if (meta.get("derived") === derived.hash) return;
  }
  const tables = [
    ...publicTables.map((table) => createTableSql(table)),
    ...internalTables.map((table) => createTableSql(table, "TABLE", internalSchema)),
    ...(isNew ? [] : publicTables.map((table) => addColumnsSql(table))),
  ].join("\n");
  // one transaction, as each commit would wait for the disk
  await connection.run(`BEGIN; CREATE SCHEMA IF NOT EXISTS "${internalSchema}"; ${searchPath("warehouse")};`);
  try {
    await connection.run(
      `${outdatedDays}\n${tables}\n${await moveInternal(connection)}\n${readQuery("duckdb/ledger-status.sql")};\n${allDaysStale}\n${derived.sql}`,
    );
    await writeMeta(connection, {
      schema_version: String(schemaVersion),
      derived: derived.hash,
      // what analysts see has changed, even if this run finds nothing new
      ...(isNew ? {} : { dirty: "true" }),
    });
    await connection.run("COMMIT");
  } catch (error) {
    await connection.run("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

/** Files of the first version have the internal tables among the others: their rows move. */
async function moveInternal(connection: DuckDBConnection): Promise<string> {
  const rows = await rowsOf(
    connection,
    "SELECT table_name FROM duckdb_tables() WHERE database_name = 'warehouse' AND schema_name = 'main'",
  );
  const present = new Set(rows.map(([name]) => String(name)));
  return internalTables
    .filter(({ name }) => present.has(name))
    .map(
      ({ name }) =>
        `INSERT INTO "${internalSchema}"."${name}" BY NAME SELECT * FROM main."${name}"; DROP TABLE main."${name}";`,
    )
    .join("\n");
}
