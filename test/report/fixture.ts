/** A small DuckDB with Spillway's tables, made from the schema, and an engine over it. */
import { readFileSync } from "node:fs";
import { type DuckDBConnection, DuckDBInstance, DuckDBTimestampValue, DuckDBTypeId } from "duckdb";
import type { Result, ResultColumn } from "../../src/engines/engine.ts";
import { type Cell, plainCell, resultOf } from "../../src/engines/result.ts";
import type { ColumnType, Table } from "../../src/schema/column.ts";
import { readQuery } from "../../src/sql/query-file.ts";
import { withoutTerminator } from "../../src/sql/composition.ts";
import { digestCheckTable } from "../../src/schema/digest-tables.ts";
import { eventTable } from "../../src/schema/event.ts";
import { invocationLogTables } from "../../src/schema/invocation-log.ts";
import { invocationTable } from "../../src/schema/invocation.ts";
import { expectedTrailTable, listedRangeTable, unreadExpectationTable } from "../../src/schema/coverage-tables.ts";
import {
  aggregatedCallTable,
  inferenceProfileTable,
  quarantineTable,
  regionTable,
  runTable,
  trailObjectTable,
} from "../../src/schema/tables.ts";

const sqlTypes: Readonly<Record<ColumnType, string>> = {
  text: "VARCHAR",
  integer: "INTEGER",
  bigint: "BIGINT",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
};

/** The statement that fills invocation_day. */
export const invocationDaySql: string = withoutTerminator(
  readFileSync(new URL("../../queries/model/invocation-day.sql", import.meta.url), "utf8"),
);

export type FixtureRow = Readonly<Record<string, string | number | boolean | null>>;

export interface Fixture {
  insert(table: string, rows: readonly FixtureRow[]): Promise<void>;
  exec(sql: string): Promise<void>;
  rows(sql: string): Promise<Record<string, Cell>[]>;
  run(sql: string): Promise<Result>;
  columns(sql: string): Promise<ResultColumn[]>;
  close(): void;
}

export async function openFixture(): Promise<Fixture> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(readFileSync(new URL("../../queries/duckdb/shim.sql", import.meta.url), "utf8"));
  for (const table of [
    eventTable,
    invocationTable,
    trailObjectTable,
    digestCheckTable,
    quarantineTable,
    runTable,
    listedRangeTable,
    expectedTrailTable,
    unreadExpectationTable,
    ...invocationLogTables,
    regionTable,
    inferenceProfileTable,
    aggregatedCallTable,
  ]) {
    await connection.run(ddl(table));
  }
  // a view, so that every row that a test inserts is in it at once
  await connection.run(`CREATE VIEW invocation_day AS ${invocationDaySql}`);
  await connection.run(`CREATE VIEW asked_range AS ${readQuery("duckdb/views/asked-range.sql")}`);
  for (const view of ["earlier-day", "earlier-object"])
    await connection.run(`CREATE VIEW ${view.replace("-", "_")} AS ${readQuery(`duckdb/views/${view}.sql`)}`);
  await connection.run(`CREATE VIEW unmatched_request AS ${readQuery("duckdb/views/unmatched-request.sql")}`);
  await connection.run("CREATE VIEW named_boundary AS SELECT region FROM region WHERE false");
  await connection.run(
    "CREATE VIEW policy_reach AS SELECT '' AS profile_id, '' AS source_region, '' AS destination_region, '' AS allowed WHERE false",
  );
  return {
    async insert(table, rows) {
      for (const row of rows) {
        const names = Object.keys(row);
        await connection.run(
          `INSERT INTO ${table} (${names.join(", ")}) VALUES (${Object.values(row).map(literal).join(", ")})`,
        );
      }
    },
    async exec(sql) {
      await connection.run(sql);
    },
    async rows(sql) {
      const { columns, data } = await read(connection, sql);
      const length = data[0]?.length ?? 0;
      return Array.from({ length }, (_, row) =>
        Object.fromEntries(
          columns.map((column, index) => [column.name, small(plainCell(column, data[index]?.[row] ?? null))]),
        ),
      );
    },
    async run(sql) {
      const { columns, data } = await read(connection, sql);
      return resultOf(columns, data);
    },
    columns: async (sql) => (await read(connection, sql)).columns,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function ddl(table: Table): string {
  return `CREATE TABLE ${table.name} (${table.columns.map((column) => `"${column.name}" ${sqlTypes[column.type]}`).join(", ")})`;
}

function literal(value: string | number | boolean | null): string {
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}

/** Bigints of tests are small; numbers are easier to write down. */
function small(cell: Cell): Cell {
  return typeof cell === "bigint" ? Number(cell) : cell;
}

const typeOf: Partial<Record<DuckDBTypeId, ColumnType>> = {
  [DuckDBTypeId.VARCHAR]: "text",
  [DuckDBTypeId.INTEGER]: "integer",
  [DuckDBTypeId.BIGINT]: "bigint",
  [DuckDBTypeId.DOUBLE]: "double",
  [DuckDBTypeId.BOOLEAN]: "boolean",
  [DuckDBTypeId.TIMESTAMP]: "timestamp",
};

async function read(connection: DuckDBConnection, sql: string): Promise<{ columns: ResultColumn[]; data: Cell[][] }> {
  const reader = await connection.runAndReadAll(sql);
  const columns = reader.columnNames().map((name, index): ResultColumn => {
    const type = typeOf[reader.columnTypes()[index]?.typeId ?? DuckDBTypeId.INVALID];
    if (type === undefined) throw new Error(`${name} is ${String(reader.columnTypes()[index])}: no type of a report`);
    return { name, type };
  });
  const data = reader.getColumns().map((cells) =>
    cells.map((cell): Cell => {
      if (cell instanceof DuckDBTimestampValue) return cell.micros;
      if (cell === null || ["string", "number", "bigint", "boolean"].includes(typeof cell)) return cell as Cell; // checked beside
      throw new Error(`unexpected value ${String(cell)}`);
    }),
  );
  return { columns, data: data.length === 0 ? columns.map(() => []) : data };
}
