import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SpillwayError } from "../../src/errors.ts";
import { WarehouseReader } from "../../src/store/reader.ts";
import type { Cell, CellResult } from "../../src/schema/result-column.ts";
import { Warehouse } from "../../src/store/warehouse.ts";
import { type Sandbox, entriesOf, event, sandbox } from "./helpers.ts";

let box: Sandbox;
let reader: WarehouseReader;

beforeAll(async () => {
  box = await sandbox();
  const file = join(box.folder, "w.duckdb");
  {
    await using warehouse = await Warehouse.open(file, { threads: 1 });
    await warehouse.commit({ files: [await box.stage([event({})])], objects: entriesOf([event({})]), quarantine: [] });
    await warehouse.publish();
  }
  reader = await WarehouseReader.open(file);
}, 30_000);
afterAll(async () => {
  await reader[Symbol.asyncDispose]();
  await box[Symbol.asyncDispose]();
});

async function columnsOf(result: CellResult): Promise<Cell[][]> {
  const columns: Cell[][] = result.columns.map(() => []);
  for await (const batch of result.batches) batch.forEach((cells, index) => columns[index]?.push(...cells));
  return columns;
}

async function refusal(sql: string): Promise<SpillwayError> {
  try {
    await columnsOf(await reader.query(sql));
  } catch (error) {
    if (error instanceof SpillwayError) return error;
    throw error;
  }
  throw new Error(`was not refused: ${sql}`);
}

describe("a query of one's own", () => {
  it.each([
    "FROM event",
    "SELECT count(*) FROM spillover_by_region",
    "WITH x AS (SELECT 1) SELECT * FROM x;",
    "DESCRIBE event",
    "SHOW TABLES",
    "SUMMARIZE invocation",
    "EXPLAIN SELECT 1",
    "VALUES (1)",
  ])("runs %s", async (sql) => {
    expect((await columnsOf(await reader.query(sql)))[0]?.length).toBeGreaterThan(0);
  });

  it.each([
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM read_csv('/etc/hostname')",
    "SELECT * FROM read_parquet('s3://bucket/key')",
    "SELECT * FROM glob('/*')",
    "COPY (SELECT 1) TO '/tmp/spillway-refused.csv'",
    "ATTACH '/tmp/spillway-refused.duckdb' AS x",
    "INSERT INTO event SELECT * FROM event",
    "DELETE FROM event",
    "CREATE TABLE memory.t (a INTEGER)",
    "DROP TABLE event",
    "SET threads = 1",
    "SET enable_external_access = true",
    "INSTALL httpfs",
    "LOAD httpfs",
    "EXPORT DATABASE '/tmp/spillway-refused'",
    "CHECKPOINT",
    "DETACH warehouse",
    "USE memory",
    "SELECT 1; SELECT 2",
    "",
    "-- only a comment",
  ])("refuses %s", async (sql) => {
    expect((await refusal(sql)).code).toBe("sql-refused");
  });

  it("reads no file by its name", async () => {
    expect((await refusal("FROM '/etc/hostname'")).message).not.toContain("localhost");
  });

  it("shows where the SQL is wrong", async () => {
    const error = await refusal("SELECT wrong FROM event");
    expect(error.code).toBe("sql");
    expect(error.message).toContain("wrong");
    expect(error.next).toContain("LINE 1");
    expect((await refusal("SELEC 1")).code).toBe("sql");
  });

  it("gives every type as a plain value", async () => {
    const result =
      await reader.query(`SELECT 1::SMALLINT AS a, 2::BIGINT AS b, 3.5::DOUBLE AS c, 4.25::DECIMAL(9,2) AS d, true AS e, 'x' AS f,
      TIMESTAMP '1969-12-31 23:59:59.999' AS g, TIMESTAMP_MS '2026-01-01 00:00:00.5' AS h, DATE '2026-01-02' AS i, [1, 2] AS j, NULL AS k, sum(5) AS l, 6 AS l,
      TIMESTAMP '2026-01-01 00:00:00.123456' AS m, {'at': TIMESTAMP '2026-01-01 12:00:00', 'x': ['nan'::DOUBLE, 0.5::DOUBLE], 'h': sum(9223372036854775807)} AS n, '{"a": [1, 2]}'::JSON AS o,
      18446744073709551615::UBIGINT AS p, TIMESTAMPTZ '2026-01-01 00:00:00+02' AS q, 12345678901234567890.5::DECIMAL(38,1) AS r`);
    expect(result.columns.map(({ type }) => type)).toEqual([
      "integer",
      "bigint",
      "double",
      "decimal",
      "boolean",
      "text",
      "timestamp",
      "timestamp",
      "text",
      "json",
      "integer",
      "hugeint",
      "integer",
      "timestamp",
      "json",
      "json",
      "hugeint",
      "timestamp",
      "decimal",
    ]);
    expect(new Set(result.columns.map(({ name }) => name)).size).toBe(19);
    expect((await columnsOf(result)).flat()).toEqual([
      1,
      2n,
      3.5,
      "4.25",
      true,
      "x",
      -1000n,
      BigInt(Date.UTC(2026, 0, 1, 0, 0, 0, 500)) * 1000n,
      "2026-01-02",
      "[1,2]",
      null,
      5n,
      6,
      BigInt(Date.UTC(2026, 0, 1)) * 1000n + 123_456n,
      '{"at":"2026-01-01T12:00:00.000Z","x":[null,0.5],"h":9223372036854775807}',
      '{"a":[1,2]}',
      18446744073709551615n,
      BigInt(Date.UTC(2025, 11, 31, 22)) * 1000n,
      "12345678901234567890.5",
    ]);
  });

  it("keeps the order of the statement, over any number of batches", async () => {
    const [numbers] = await columnsOf(
      await reader.query("SELECT range FROM range(300000) ORDER BY range % 7, range DESC"),
    );
    const wanted = Array.from({ length: 300_000 }, (_, index) => index).toSorted((a, b) => (a % 7) - (b % 7) || b - a);
    expect(numbers?.map(Number)).toEqual(wanted);
  });

  it("fails where a statement fails half-way, and says why", async () => {
    const error = await refusal(
      "SELECT CASE WHEN range = 150000 THEN error('not this one') ELSE range END FROM range(200000)",
    );
    expect(error.message).toContain("not this one");
  });

  it("cuts batches where texts are long", async () => {
    const result = await reader.query("SELECT repeat('x', 100000) AS x FROM range(3000)");
    let rows = 0;
    for await (const [cells = []] of result.batches) {
      expect(cells.length).toBeLessThan(100);
      rows += cells.length;
    }
    expect(rows).toBe(3000);
  });

  it.each(["SELECT 1 AS a -- a comment", "SELECT 1 AS a;\n-- a comment", "SELECT 1 AS a /* ; */ ;;"])(
    "takes %j for one statement",
    async (sql) => {
      expect(await columnsOf(await reader.query(sql))).toEqual([[1]]);
    },
  );

  it("can be interrupted", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const running = reader
      .query("SELECT count(*) FROM range(1000000000) a, range(1000) b WHERE (a.range * b.range) % 7 = 3", stop.signal)
      .then(columnsOf);
    await expect(running).rejects.toMatchObject({ code: "interrupted" });
  }, 20_000);
});
