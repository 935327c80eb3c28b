/** The compaction of a warehouse file: a copy of its content, compared with it and renamed into its place. */
import { existsSync, statSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import type { DuckDBConnection } from "duckdb";
import { SpillwayError } from "../errors.ts";
import { type Duck, attach, detach, rowsOf, sqlText } from "./duck.ts";
import { useWarehouse } from "./schema.ts";
import { compactFileOf, removeDatabase } from "./side-files.ts";

export interface CompactSizes {
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** The share of free blocks in the file. */
export async function wastedShare(connection: DuckDBConnection): Promise<number> {
  await connection.run("CHECKPOINT warehouse");
  const [row] = await rowsOf(
    connection,
    "SELECT free_blocks, total_blocks FROM pragma_database_size() WHERE database_name = 'warehouse'",
  );
  const total = Number(row?.[1] ?? 0);
  return total === 0 ? 0 : Number(row?.[0] ?? 0) / total;
}

/** `work` is attached and in use as `warehouse`, before and after. Wherever it is killed, the old or the new file is complete. */
export async function compactFile(duck: Duck, work: string): Promise<CompactSizes> {
  const { connection } = duck;
  const copy = compactFileOf(work);
  await removeDatabase(copy);
  await connection.run("CHECKPOINT warehouse");
  const bytesBefore = statSync(work).size;
  try {
    await attach(duck, copy, "compacted", "write");
    try {
      await connection.run("USE memory; COPY FROM DATABASE warehouse TO compacted; CHECKPOINT compacted");
      await compare(connection);
    } finally {
      await connection.run("USE memory");
      await detach(duck, copy, "compacted");
    }
    // a small file may already be as small as possible
    if (statSync(copy).size >= bytesBefore) return { bytesBefore, bytesAfter: bytesBefore };
    await detach(duck, work, "warehouse");
    try {
      await rm(`${work}.wal`, { force: true });
      await rename(copy, work);
    } finally {
      await attach(duck, work, "warehouse", "write");
    }
  } finally {
    await useWarehouse(connection, "warehouse");
    if (existsSync(copy)) await removeDatabase(copy);
  }
  return { bytesBefore, bytesAfter: statSync(work).size };
}

/** Checks that the copy has all tables with the same rows, and all views and macros. */
async function compare(connection: DuckDBConnection): Promise<void> {
  for (const [kind, list] of Object.entries(catalogues)) {
    const [first, second] = await Promise.all(
      ["warehouse", "compacted"].map((database) => rowsOf(connection, list(database))),
    );
    if (String(first) !== String(second)) throw differs(kind);
  }
  for (const [schema, name] of await rowsOf(connection, catalogues.tables("warehouse"))) {
    const table = `"${String(schema)}"."${String(name)}"`;
    const [row] = await rowsOf(
      connection,
      `SELECT (${digest(`warehouse.${table}`)}) = (${digest(`compacted.${table}`)})`,
    );
    if (row?.[0] !== true) throw differs(table);
  }
}

const catalogues = {
  tables: (database: string) =>
    `SELECT schema_name, table_name, column_count, comment FROM duckdb_tables() WHERE database_name = ${sqlText(database)} ORDER BY ALL`,
  views: (database: string) =>
    `SELECT view_name, comment FROM duckdb_views() WHERE database_name = ${sqlText(database)} AND NOT internal ORDER BY ALL`,
  macros: (database: string) =>
    `SELECT function_name FROM duckdb_functions() WHERE database_name = ${sqlText(database)} AND NOT internal ORDER BY ALL`,
} as const;

/** A digest of a table's rows that does not depend on their order. */
function digest(table: string): string {
  return `SELECT struct_pack(n := count(*), x := bit_xor(hash(t)), s := sum(hash(t)::HUGEINT)) FROM ${table} t`;
}

function differs(what: string): SpillwayError {
  return new SpillwayError("warehouse-incompatible", `the smaller copy of the warehouse differs in ${what}`, {
    next: "This is a defect of Spillway: please report it; the warehouse is as it was",
  });
}
