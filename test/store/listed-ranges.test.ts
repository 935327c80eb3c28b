/** Which days were listed to their end: only those that were over, of each source and pair, joined where they touch. */
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ListedDays } from "../../src/store/listed-ranges.ts";
import { Warehouse } from "../../src/store/warehouse.ts";
import { type Sandbox, readRows, sandbox } from "./helpers.ts";

const pair = { accountId: "111122223333", region: "eu-west-1" };
const days = (from: string | null, to: string | null, over: Partial<ListedDays> = {}): ListedDays => ({
  below: [],
  except: [],
  accounts: [],
  regions: [],
  pairs: [pair],
  from,
  to,
  ...over,
});

interface Step {
  readonly source?: string;
  readonly today: string;
  readonly days: readonly ListedDays[];
}

async function ranges(box: Sandbox, steps: readonly Step[]): Promise<readonly (readonly unknown[])[]> {
  const file = join(box.folder, `w${Math.random()}.duckdb`);
  await using warehouse = await Warehouse.open(file, { threads: 1 });
  for (const { source = "s3://b", today, days: listed } of steps)
    await warehouse.saveListed({ source, days: listed, now: new Date(`${today}T12:00:00Z`) });
  await warehouse.publish();
  const rows = await readRows(
    file,
    "SELECT source, account_id, region, first_day, last_day FROM listed_range ORDER BY ALL NULLS FIRST",
  );
  return rows.map((row) => Object.values(row));
}

const of = (first: string | null, last: string): readonly unknown[] => [
  "s3://b",
  pair.accountId,
  pair.region,
  first,
  last,
];

it.each<[string, readonly Step[], readonly (readonly unknown[])[]]>([
  [
    "a day that is not over is not listed",
    [{ today: "2026-09-10", days: [days("2026-09-01", null)] }],
    [of("2026-09-01", "2026-09-09")],
  ],
  [
    "nor is a day of the future",
    [{ today: "2026-09-10", days: [days("2026-09-01", "2026-12-31")] }],
    [of("2026-09-01", "2026-09-09")],
  ],
  [
    "a range that was asked for ends where it was asked to",
    [{ today: "2026-09-10", days: [days("2026-09-01", "2026-09-03")] }],
    [of("2026-09-01", "2026-09-03")],
  ],
  ["today alone is nothing", [{ today: "2026-09-10", days: [days("2026-09-10", null)] }], []],
  [
    "ranges that touch or overlap are one, those with a hole are two",
    [
      { today: "2026-09-10", days: [days("2026-09-01", "2026-09-03"), days("2026-09-04", "2026-09-05")] },
      { today: "2026-09-10", days: [days("2026-09-07", "2026-09-08")] },
    ],
    [of("2026-09-01", "2026-09-05"), of("2026-09-07", "2026-09-08")],
  ],
  [
    "a shorter range within a longer one changes nothing",
    [
      { today: "2026-09-10", days: [days(null, "2026-09-08")] },
      { today: "2026-09-11", days: [days("2026-09-02", "2026-09-03")] },
    ],
    [of(null, "2026-09-08")],
  ],
  [
    "each source has its own",
    [
      { today: "2026-09-10", days: [days("2026-09-01", "2026-09-02")] },
      { source: "s3://c", today: "2026-09-10", days: [days("2026-09-05", "2026-09-06")] },
    ],
    [of("2026-09-01", "2026-09-02"), ["s3://c", pair.accountId, pair.region, "2026-09-05", "2026-09-06"]],
  ],
])("%s", async (_, steps, expected) => {
  await using box = await sandbox();
  expect(await ranges(box, steps)).toEqual(expected);
});

it("pairs of the ledger below a prefix are listed with it, but for what was refused or not asked for", async () => {
  await using box = await sandbox();
  const file = join(box.folder, "pairs.duckdb");
  await using warehouse = await Warehouse.open(file, { threads: 1 });
  const object = { etag: "1", size: 1, status: "loaded", reason: null, day: "2026-09-01" } as const;
  const sums = { records: 0, bedrock: 0, rejected: 0, other: 0 };
  const places = [
    ["file:/logs/a", "111122223333", "eu-west-1"],
    ["file:/logs/b", "444455556666", "eu-west-1"],
    ["file:/logs/refused/c", "777788889999", "eu-west-1"],
    ["file:/elsewhere/d", "000011112222", "eu-west-1"],
  ] as const;
  await warehouse.commit({
    files: [],
    objects: places.map(([uri, accountId, region]) => ({ ...object, ...sums, uri, accountId, region })),
    quarantine: [],
  });
  const accounts = async (over: Partial<ListedDays>): Promise<unknown[]> => {
    const listed = days(null, null, { pairs: [], below: ["file:/logs/"], ...over });
    const source = JSON.stringify(over);
    await warehouse.saveListed({ source, days: [listed], now: new Date("2026-09-10T12:00:00Z") });
    await warehouse.publish();
    const rows = await readRows(file, `SELECT account_id FROM listed_range WHERE source = '${source}' ORDER BY 1`);
    return rows.map((row) => row["account_id"]);
  };
  expect(await accounts({ except: ["file:/logs/refused/"] })).toEqual(["111122223333", "444455556666"]);
  expect(await accounts({ accounts: ["444455556666"] })).toEqual(["444455556666"]);
  expect(await accounts({ regions: ["us-east-1"] })).toEqual([]);
});

it("the same listing again is nothing to publish for", async () => {
  await using box = await sandbox();
  await using warehouse = await Warehouse.open(join(box.folder, "same.duckdb"), { threads: 1 });
  const listed = { source: "s", days: [days("2026-09-01", null)], now: new Date("2026-09-10T12:00:00Z") };
  await warehouse.saveListed(listed);
  expect(await warehouse.publish()).toBe(true);
  await warehouse.saveListed(listed);
  expect(await warehouse.publish()).toBe(false);
});
