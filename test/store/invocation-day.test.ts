import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { invocationDayTable } from "../../src/schema/invocation-day.ts";
import { Warehouse } from "../../src/store/warehouse.ts";
import { anyEvent } from "./generate.ts";
import { type Row, completion, entriesOf, event, noon, readRows, sandbox } from "./helpers.ts";

const statement = readFileSync(new URL("../../queries/model/invocation-day.sql", import.meta.url), "utf8");
const day = 86_400_000;

/** Rows that are only in the table, or only in what the statement makes of all invocations. */
async function differences(file: string): Promise<unknown[]> {
  const names = invocationDayTable.columns.map(({ name }) => name).join(", ");
  const table = `SELECT ${names} FROM invocation_day`;
  const wanted = `SELECT ${names} FROM (${statement})`;
  return [
    ...(await readRows(file, `${table} EXCEPT ALL ${wanted}`)),
    ...(await readRows(file, `${wanted} EXCEPT ALL ${table}`)),
  ];
}

it("the statement has the table's columns and types", async () => {
  await using box = await sandbox();
  const file = join(box.folder, "w.duckdb");
  await using warehouse = await Warehouse.open(file, { threads: 1 });
  await warehouse.startRun("test", new Date(0));
  await warehouse.commit({ files: [await box.stage([event({})])], objects: [], quarantine: [] });
  await warehouse.publish();
  const describe = (sql: string): ReturnType<typeof readRows> =>
    readRows(file, `SELECT column_name, column_type FROM (DESCRIBE ${sql})`);
  expect(await describe(statement)).toEqual(await describe("invocation_day"));
});

it("is what the statement makes of all invocations, after any commits and any publishing between them", async () => {
  await using box = await sandbox();
  let files = 0;
  const spread = fc.tuple(anyEvent, fc.integer({ min: 0, max: 3 }), fc.boolean());
  await fc.assert(
    fc.asyncProperty(
      fc.array(spread, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 3, max: 20 }),
      async (drawn, size) => {
        const rows = drawn.map(([row, days]): Row => ({ ...row, event_time: Number(row["event_time"]) + days * day }));
        const file = join(box.folder, `w${files++}.duckdb`);
        await using warehouse = await Warehouse.open(file, { threads: 1 });
        await warehouse.startRun("test", new Date(0));
        for (let at = 0; at < rows.length; at += size) {
          const batch = rows.slice(at, at + size);
          await warehouse.commit({ files: [await box.stage(batch)], objects: entriesOf(batch), quarantine: [] });
          if (drawn[at]?.[2] === true) await warehouse.publish();
        }
        await warehouse.publish();
        expect(await differences(file)).toEqual([]);
        expect(await readRows(file, "FROM stale_day")).toEqual([]);
      },
    ),
    { numRuns: 15 },
  );
}, 120_000);

it("an invocation that moves to another day leaves the first one", async () => {
  await using box = await sandbox();
  const file = join(box.folder, "w.duckdb");
  await using warehouse = await Warehouse.open(file, { threads: 1 });
  await warehouse.startRun("test", new Date(0));
  const load = async (row: Row): Promise<unknown> => {
    await warehouse.commit({ files: [await box.stage([row])], objects: entriesOf([row]), quarantine: [] });
    await warehouse.publish();
    return await readRows(
      file,
      "SELECT day, completion_only, CAST(invocations AS INTEGER) AS n FROM invocation_day ORDER BY day",
    );
  };
  const start = Math.floor(noon / day) * day;
  await load(
    event({ event_id: "e9", invocation_key: "eu-west-1/k9", event_time: noon + 3 * day, object_uri: "file:z" }),
  );
  const other = { day: start + 3 * day, completion_only: false, n: 1 };
  expect(await load(completion({ event_time: noon + day }))).toEqual([
    { day: start + day, completion_only: true, n: 1 },
    other,
  ]);
  expect(await load(event({ streaming: true, object_uri: "file:b" }))).toEqual([
    { day: start, completion_only: false, n: 1 },
    other,
  ]);
});

it("a run that was killed before it published leaves its stale days to the next one", async () => {
  await using box = await sandbox();
  const file = join(box.folder, "w.duckdb");
  {
    await using killed = await Warehouse.open(file, { threads: 1 });
    await killed.startRun("test", new Date(0));
    await killed.commit({ files: [await box.stage([event({})])], objects: [], quarantine: [] });
  }
  await using warehouse = await Warehouse.open(file, { threads: 1 });
  await warehouse.publish();
  expect(await readRows(file, "SELECT CAST(invocations AS INTEGER) AS n FROM invocation_day")).toEqual([{ n: 1 }]);
});
