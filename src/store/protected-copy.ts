/** The protected copy of a warehouse: no person is in it, so no statement can bring one back. */
import { rm } from "node:fs/promises";
import type { DuckDBConnection } from "duckdb";
import { type Protection, standInOf } from "../privacy/stand-ins.ts";
import type { StandIn } from "../privacy/personal-text.ts";
import type { Column, Table } from "../schema/column.ts";
import { invocationDayTable } from "../schema/invocation-day.ts";
import { publicTables } from "../schema/public-tables.ts";
import { filledQuery } from "../sql/query-file.ts";
import { type DuckOptions, attach, released, rowsOf, sqlText, startDuck, stopDuck, warehouseError } from "./duck.ts";
import { columnList } from "./ddl.ts";
import { markStaleDays, renewStaleDays } from "./invocation-day.ts";
import { checkVersion } from "./meta.ts";
import { coverJoin, coveredValue, coversOf, fillCovers } from "./personal-columns.ts";
import { ensureSchema, useWarehouse } from "./schema.ts";

/**
 * Writes a copy of the warehouse `from` to the new file `to`, with a stand-in for every person.
 * @throws SpillwayError for a file that cannot be read or written
 */
export async function writeProtectedCopy(
  from: string,
  to: string,
  protection: Protection,
  options: DuckOptions = {},
): Promise<void> {
  const duck = await startDuck({ memoryLimit: "208MB", ...options });
  let isDone = false;
  try {
    await attach(duck, from, "original", "read");
    await attach(duck, to, "warehouse", "write");
    await useWarehouse(duck.connection, "original");
    await checkVersion(duck.connection, from);
    await ensureSchema(duck.connection, to, true);
    await copyTables(duck.connection, protection);
    await duck.connection.run("CHECKPOINT warehouse");
    isDone = true;
  } catch (error) {
    throw warehouseError(error, from);
  } finally {
    stopDuck(duck);
    released(from);
    released(to);
    if (!isDone) await rm(to, { force: true });
  }
}

async function copyTables(connection: DuckDBConnection, protection: Protection): Promise<void> {
  const present = await columnsOf(connection);
  // computed from the protected invocations, whose texts it takes
  const tables = publicTables.filter(({ name }) => name !== invocationDayTable.name && present.has(name));
  const keepUsers = protection.keepUsers === true;
  const people = new Set<string>();
  if ("drop" in protection) {
    const note: StandIn = (person) => {
      people.add(person);
      return person;
    };
    for (const table of tables)
      await fillCovers(connection, coversOf(storedColumns(table, present), keepUsers), table.name, note);
  }
  const standIn = standInOf(protection, people);
  for (const table of tables) {
    const columns = storedColumns(table, present);
    const covers = coversOf(columns, keepUsers);
    await fillCovers(connection, covers, table.name, standIn);
    const covered = new Map(covers.map((cover) => [cover.column, coveredValue(cover)]));
    await connection.run(
      filledQuery("duckdb/protected-table.sql", {
        copy: `warehouse.main."${table.name}"`,
        original: `original.main."${table.name}"`,
        columns: columnList({ columns }),
        values: columns.map(({ name }) => covered.get(name) ?? `t."${name}"`).join(",\n  "),
        joins: covers.map(coverJoin).join("\n"),
      }),
    );
  }
  await markStaleDays(connection, "invocation");
  await renewStaleDays(connection);
}

/** The tables and columns of the original, of which a file of an older version may lack some. */
async function columnsOf(connection: DuckDBConnection): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const rows = await rowsOf(
    connection,
    `SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = ${sqlText("original")} AND schema_name = 'main'`,
  );
  const columns = new Map<string, Set<string>>();
  for (const [table, column] of rows) {
    const known = columns.get(String(table)) ?? new Set<string>();
    columns.set(String(table), known.add(String(column)));
  }
  return columns;
}

function storedColumns(table: Table, present: ReadonlyMap<string, ReadonlySet<string>>): readonly Column[] {
  const stored = present.get(table.name);
  return table.columns.filter(({ name }) => stored?.has(name) === true);
}
