/** The proof of "Views of your own": a second file that attaches the warehouse keeps them through every run. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "duckdb";
import { expect, it } from "vitest";
import { Warehouse } from "../../src/store/warehouse.ts";
import { entriesOf, event, sandbox } from "../store/helpers.ts";

const cookbook = readFileSync(new URL("../../docs/sql-cookbook.md", import.meta.url), "utf8");
const blocks = [...cookbook.matchAll(/```duckdb\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");

it("the views of a second file outlive runs, those in the warehouse do not, and a copy for old clients has every row", async () => {
  await using box = await sandbox();
  const file = join(box.folder, "spillway.duckdb");
  const old = join(box.folder, "for-old-clients.duckdb");
  const load = async (id: string): Promise<void> => {
    const rows = [
      event({ event_id: id, invocation_key: `eu-west-1/${id}`, request_id: id, object_uri: id, via_console: true }),
    ];
    await using warehouse = await Warehouse.open(file, { threads: 1 });
    await warehouse.commit({ files: [await box.stage(rows)], objects: entriesOf(rows), quarantine: [] });
    await warehouse.publish();
  };
  /** As a client would, in a session of its own. */
  const session = async (database: string, sql: string): Promise<unknown[][]> => {
    const instance = await DuckDBInstance.create(database);
    const connection = await instance.connect();
    try {
      const placed = sql.replace("'spillway.duckdb'", `'${file}'`).replace("'for-old-clients.duckdb'", `'${old}'`);
      const results = await connection.runAndReadAll(placed);
      return results.getRowsJS();
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  };
  const [make = "", use = "", copy = ""] = blocks;
  expect(blocks).toHaveLength(3);
  const mine = join(box.folder, "mine.duckdb");

  await load("a");
  await session(mine, make);
  await session(file, "CREATE VIEW lost AS SELECT 1");
  expect(await session(mine, use)).toEqual([["arn:aws:iam::111122223333:role/app", 1n]]);
  await load("b");
  expect(await session(mine, use)).toEqual([["arn:aws:iam::111122223333:role/app", 2n]]);
  await expect(session(file, "FROM lost")).rejects.toThrow(/lost does not exist/);
  // a report's view reads its tables where they lie
  expect(await session(mine, `${use.split(";")[0]}; SELECT invocations FROM spillway.region_flow`)).toEqual([[2n]]);

  await session(":memory:", copy);
  expect(existsSync(old)).toBe(true);
  expect(await session(old, "SELECT count(*) FROM invocation")).toEqual([[2n]]);
}, 30_000);
