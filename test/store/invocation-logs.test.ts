/** Invocation logs in the store: joined within account and Region, in any order with the trail, and gone with their calls. */
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { invocationLogTable } from "../../src/schema/invocation-log.ts";
import { type PruneCounts, Warehouse } from "../../src/store/warehouse.ts";
import { foldOracle } from "./fold-oracle.ts";
import { anyEvent } from "./generate.ts";
import {
  type Row,
  type Sandbox,
  completion,
  entriesOf,
  event,
  noon,
  readRows,
  readTables,
  sandbox,
} from "./helpers.ts";

const account = "111122223333";

function log(over: Row): Row {
  const none: Row = Object.fromEntries(invocationLogTable.columns.map(({ name }) => [name, null]));
  return {
    ...none,
    request_id: "k1",
    invocation_key: "eu-west-1/k1",
    account_id: account,
    source_region: "eu-west-1",
    event_time: noon,
    inference_region: "eu-west-3",
    model_id: "eu.m",
    operation: "Converse",
    input_tokens: 12,
    output_tokens: 88,
    object_uri: "file:log-a",
    record_index: 0,
    ...over,
  };
}

interface Step {
  readonly events?: readonly Row[];
  readonly logs?: readonly Row[];
  readonly prune?: string;
}

let files = 0;

/** Loads one step after the other and publishes; of a step with both, both are in one commit. */
async function load(box: Sandbox, steps: readonly Step[], foldedAtOnce = 100_000): Promise<string> {
  const file = join(box.folder, `l${files++}.duckdb`);
  await loadInto(file, box, steps, foldedAtOnce);
  return file;
}

async function loadInto(
  file: string,
  box: Sandbox,
  steps: readonly Step[],
  foldedAtOnce = 100_000,
): Promise<PruneCounts[]> {
  const pruned: PruneCounts[] = [];
  await using warehouse = await Warehouse.open(file, { threads: 1, foldedAtOnce });
  await warehouse.startRun("test", new Date(0));
  for (const { events = [], logs = [], prune } of steps) {
    if (prune !== undefined) pruned.push(await warehouse.prune(prune));
    if (events.length + logs.length === 0) continue;
    const counts = await warehouse.commit({
      files: events.length === 0 ? [] : [await box.stage(events)],
      objects: entriesOf(events),
      quarantine: [],
      logFiles: logs.length === 0 ? [] : [await box.stage(logs, invocationLogTable)],
      logObjects: entriesOf(logs),
    });
    expect((counts.newLogs ?? 0) + (counts.duplicateLogs ?? 0)).toBe(logs.length);
  }
  await warehouse.publish();
  if (warehouse.lateEvents !== null) pruned.push(warehouse.lateEvents);
  return pruned;
}

const region = fc.constantFrom("eu-west-1", "us-east-1");
const count = fc.constantFrom(null, 1, 2);

/** Few requests, so that logs meet calls of their own and of other accounts and Regions, and contradict each other. */
const anyLog: fc.Arbitrary<Row> = fc
  .record({
    key: fc.integer({ min: 0, max: 6 }),
    region,
    account: fc.constantFrom("111111111111", "222222222222"),
    served: fc.option(fc.constantFrom("eu-west-1", "us-east-1", "eu-west-3"), { nil: null }),
    seconds: fc.integer({ min: 0, max: 3 }),
    input: count,
    output: count,
    read: count,
    isUuid: fc.constantFrom(true, true, true, false),
    object: fc.constantFrom("a", "b", "c"),
    index: fc.integer({ min: 0, max: 50 }),
  })
  .map((v) =>
    log({
      request_id: `k${v.key}`,
      invocation_key: v.isUuid ? `${v.region}/k${v.key}` : null,
      account_id: v.account,
      source_region: v.region,
      event_time: noon + v.seconds * 1000,
      inference_region: v.served,
      input_tokens: v.input,
      output_tokens: v.output,
      cache_read_tokens: v.read,
      object_uri: `file:log-${v.object}`,
      record_index: v.index,
    }),
  );

const place = (row: Row): string => `${String(row["object_uri"])} ${String(row["record_index"])}`;
/** A place in an object holds one record. */
const logsOf = fc.uniqueArray(anyLog, { maxLength: 20, selector: place });
const eventsOf = fc.array(anyEvent, { minLength: 1, maxLength: 25 });

/** One row for each request: one that names a Region before one that does not, then the smallest by all columns, nulls first. */
function firstOfEach(logs: readonly Row[]): Row[] {
  const smaller = (a: Row, b: Row): boolean => {
    const [ofA, ofB] = [a["inference_region"] ?? "~", b["inference_region"] ?? "~"];
    if (ofA !== ofB) return ofA < ofB;
    for (const { name } of invocationLogTable.columns) {
      const [left, right] = [a[name] ?? null, b[name] ?? null];
      if (left !== right) return left === null || (right !== null && left < right);
    }
    return false;
  };
  const first = new Map<string, Row>();
  for (const row of logs) {
    const key = `${String(row["account_id"])} ${String(row["source_region"])} ${String(row["request_id"])}`;
    const other = first.get(key);
    if (other === undefined || smaller(row, other)) first.set(key, row);
  }
  return [...first.values()];
}

const plain = (rows: readonly Record<string, unknown>[]): Record<string, unknown>[] =>
  rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, cell]) => [name, typeof cell === "bigint" ? Number(cell) : cell]),
    ),
  );

describe("invocation logs", () => {
  it("give what the rules say, for any events and logs", async () => {
    await using box = await sandbox();
    await fc.assert(
      fc.asyncProperty(eventsOf, logsOf, async (events, logs) => {
        const file = await load(box, [{ events, logs }]);
        const stored = plain(await readRows(file, "FROM invocation_log")) as Row[]; // cells of our own table
        expect(stored.map(place).toSorted()).toEqual(firstOfEach(logs).map(place).toSorted());
        const chosen = plain(await readRows(file, "FROM event")) as Row[]; // likewise
        const byCall = new Map(
          stored.map((row) => [`${String(row["invocation_key"])} ${String(row["account_id"])}`, row]),
        );
        const expected = foldOracle(chosen, new Map(), byCall);
        for (const got of plain(await readRows(file, "FROM invocation"))) {
          const wanted = expected.get(String(got["invocation_key"])) ?? {};
          expect(got).toEqual(Object.fromEntries(Object.keys(got).map((name) => [name, wanted[name] ?? null])));
        }
      }),
      { numRuns: 12 },
    );
  }, 120_000);

  it("end in the same tables in any order with the trail, and in any division into loads", async () => {
    await using box = await sandbox();
    const orders = fc.record({
      events: eventsOf,
      logs: logsOf,
      cut: fc.integer({ min: 0, max: 25 }),
      at: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }),
      foldedAtOnce: fc.integer({ min: 1, max: 10 }),
    });
    await fc.assert(
      fc.asyncProperty(orders, async ({ events, logs, cut, at, foldedAtOnce }) => {
        const steps: { events: Row[]; logs: Row[] }[] = [0, 1, 2, 3].map(() => ({ events: [], logs: [] }));
        for (const [index, row] of events.entries()) steps[at[index < cut ? 0 : 1] ?? 0]?.events.push(row);
        // an object is loaded whole
        for (const row of logs) steps[at[String(row["object_uri"]).endsWith("a") ? 2 : 3] ?? 0]?.logs.push(row);
        const { ledger: _one, ...atOnce } = await readTables(await load(box, [{ events, logs }]));
        const { ledger: _many, ...inSteps } = await readTables(await load(box, steps, foldedAtOnce));
        expect(inSteps).toEqual(atOnce);
      }),
      { numRuns: 12 },
    );
  }, 180_000);

  it("a log that comes alone is not an invocation; its call may come later, also as a completion first", async () => {
    await using box = await sandbox();
    const call = event({ operation: "ConverseStream", streaming: true });
    const end = completion({ invocation_key: "eu-west-1/k1" });
    const other = completion({ event_id: "c0", invocation_key: "eu-west-1/k0", event_time: noon - 1000 });
    const steps: readonly Step[] = [{ logs: [log({})] }, { events: [other] }, { events: [call] }, { events: [end] }];
    const seen: unknown[] = [];
    const file = join(box.folder, "alone.duckdb");
    for (const step of steps) {
      await loadInto(file, box, [step]);
      seen.push(
        await readRows(file, "SELECT region_evidence AS e FROM invocation WHERE invocation_key = 'eu-west-1/k1'"),
      );
    }
    expect(seen).toEqual([[], [], [{ e: "invocation-log" }], [{ e: "invocation-log" }]]);
  });

  it("whose object is smaller take rows over, and the counts in the ledger with them", async () => {
    await using box = await sandbox();
    const rows = (object: string): Row[] =>
      [1, 2].map((n) => log({ request_id: `k${n}`, object_uri: object, record_index: n }));
    const file = await load(box, [{ logs: rows("file:z") }, { logs: rows("file:b").slice(1) }]);
    expect(
      plain(await readRows(file, "SELECT uri, kept, new_records, duplicates FROM invocation_log_object ORDER BY uri")),
    ).toEqual([
      { uri: "file:b", kept: 1, new_records: 1, duplicates: 0 },
      { uri: "file:z", kept: 2, new_records: 1, duplicates: 1 },
    ]);
  });
});

describe("pruning", () => {
  const day = "2026-10-02";
  const midnight = Date.UTC(2026, 9, 2);
  const of = (key: string, minutes: number): Row =>
    event({ event_id: key, invocation_key: `eu-west-1/${key}`, event_time: midnight + minutes * 60_000 });
  const logOf = (key: string, minutes: number, over: Row = {}): Row =>
    log({
      request_id: key,
      invocation_key: `eu-west-1/${key}`,
      event_time: midnight + minutes * 60_000,
      record_index: files++,
      ...over,
    });
  const events = [of("old", -2), of("edge", -1), of("new", 1)];
  const logs = [
    logOf("old", -2),
    logOf("edge", 1),
    logOf("new", -1),
    logOf("alone-old", -3),
    logOf("alone-new", 3),
    logOf("new", -5, { account_id: "444455556666" }),
  ];
  const left = "SELECT request_id AS r FROM invocation_log ORDER BY 1";

  it("takes the logs of the calls that go, and those without a call by their own time", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    await loadInto(file, box, [{ events, logs }]);
    const [counts] = await loadInto(file, box, [{ prune: day }]);
    expect(counts).toEqual({ invocations: 2, events: 2, variants: 0, quarantined: 0, logs: 4 });
    expect(await readRows(file, left)).toEqual([{ r: "alone-new" }, { r: "new" }]);
    expect(await readRows(file, "SELECT region_evidence AS e FROM invocation")).toEqual([{ e: "invocation-log" }]);
  });

  it("takes a log with its call whatever time it names", async () => {
    await using box = await sandbox();
    const days = 3 * 24 * 60;
    const file = await load(box, [{ events: [of("older", -days)], logs: [logOf("older", days)] }]);
    const [counts] = await loadInto(file, box, [{ prune: day }]);
    expect(counts).toMatchObject({ invocations: 1, logs: 1 });
    expect(await readRows(file, left)).toEqual([]);
  });

  it("keeps the days empty: what comes for them later goes at the next publishing", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    await loadInto(file, box, [{ events }]);
    await loadInto(file, box, [{ prune: day }]);
    const [late] = await loadInto(file, box, [{ logs }]);
    expect(late).toMatchObject({ logs: 4, invocations: 0 });
    expect(await readRows(file, left)).toEqual([{ r: "alone-new" }, { r: "new" }]);
  });
});
