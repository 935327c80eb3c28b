import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SpillwayError } from "../../src/errors.ts";
import { WarehouseReader } from "../../src/store/reader.ts";
import type { ColumnarResult, ResultCell } from "../../src/store/result.ts";
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

async function columnsOf(result: ColumnarResult): Promise<ResultCell[][]> {
  const columns: ResultCell[][] = result.columns.map(() => []);
  for await (const chunk of result.chunks) chunk.forEach((cells, index) => columns[index]?.push(...cells));
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
      TIMESTAMP '1969-12-31 23:59:59.999' AS g, TIMESTAMP_MS '2026-01-01 00:00:00.5' AS h, DATE '2026-01-02' AS i, [1, 2] AS j, NULL AS k, sum(5) AS l, 6 AS l`);
    expect(result.columns.map(({ type }) => type)).toEqual([
      "integer",
      "bigint",
      "double",
      "double",
      "boolean",
      "text",
      "timestamp",
      "timestamp",
      "text",
      "text",
      "integer",
      "bigint",
      "integer",
    ]);
    expect(new Set(result.columns.map(({ name }) => name)).size).toBe(13);
    expect((await columnsOf(result)).flat()).toEqual([
      1,
      2n,
      3.5,
      4.25,
      true,
      "x",
      -1,
      Date.UTC(2026, 0, 1, 0, 0, 0, 500),
      "2026-01-02",
      "[1, 2]",
      null,
      5n,
      6,
    ]);
  });

  it("can be interrupted", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const running = reader
      .query("SELECT count(*) FROM range(1000000000) a, range(1000) b WHERE (a.range * b.range) % 7 = 3", stop.signal)
      .then(columnsOf);
    await expect(running).rejects.toMatchObject({ code: "interrupted" });
  }, 20_000);
});
