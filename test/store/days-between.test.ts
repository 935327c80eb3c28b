/** Days that are computed anew, and the days between them that are not: each call counts once. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { Warehouse } from "../../src/store/warehouse.ts";
import { type Row, entriesOf, event, noon, readRows, sandbox } from "./helpers.ts";

it("a load of the first and the last day leaves the one between them as it is", async () => {
  await using box = await sandbox();
  const file = join(box.folder, "w.duckdb");
  await using warehouse = await Warehouse.open(file, { threads: 1 });
  await warehouse.startRun("test", new Date(0));
  const of = (n: number, day: number): Row =>
    event({ event_id: `e${n}`, invocation_key: `eu-west-1/k${n}`, event_time: noon + day * 86_400_000 });
  const load = async (rows: readonly Row[]): Promise<void> => {
    await warehouse.commit({ files: [await box.stage(rows)], objects: entriesOf(rows), quarantine: [] });
    await warehouse.publish();
  };
  await load([of(0, 0), of(1, 1), of(2, 2), of(3, 3)]);
  await load([of(4, 0), of(5, 2)]);
  const days = "SELECT sum(invocations)::INTEGER AS n FROM invocation_day GROUP BY day ORDER BY day";
  expect((await readRows(file, days)).map((row) => row["n"])).toEqual([2, 1, 2, 1]);
});

it("a trail that is expected by two lists of one name is expected once", async () => {
  await using box = await sandbox();
  const file = join(box.folder, "w.duckdb");
  await using warehouse = await Warehouse.open(file, { threads: 1 });
  const trail = { accountId: "111122223333", region: "eu-west-1", since: null, namedBy: "config" as const };
  await warehouse.replaceExpected({ trails: [trail, trail], unread: [] });
  await warehouse.publish();
  expect(await readRows(file, "SELECT account_id FROM expected_trail")).toEqual([{ account_id: "111122223333" }]);
});
