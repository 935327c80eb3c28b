/** The same eventID again, with the same or another content: whatever comes first, the tables and the counts are the same. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { Warehouse } from "../../src/store/warehouse.ts";
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

const stream = { operation: "ConverseStream", event_name: "ConverseStream", streaming: true };
let files = 0;

async function load(box: Sandbox, batches: readonly (readonly Row[])[], foldedAtOnce = 100_000): Promise<string> {
  const file = join(box.folder, `w${files++}.duckdb`);
  await using warehouse = await Warehouse.open(file, { threads: 1, foldedAtOnce });
  await warehouse.startRun("test", new Date(0));
  for (const batch of batches) {
    await warehouse.commit({ files: [await box.stage(batch)], objects: entriesOf(batch), quarantine: [] });
  }
  await warehouse.publish();
  return file;
}

const evidenceOf = async (file: string, key = "eu-west-1/k1"): Promise<unknown> =>
  (await readRows(file, `SELECT region_evidence FROM invocation WHERE invocation_key = '${key}'`))[0]?.[
    "region_evidence"
  ];

const call = event(stream);
const emitted = completion({ event_id: "x", event_time: noon - 1, invocation_key: "eu-west-1/other" });

it("a completion that comes in a later load judges a call of the same instant again", async () => {
  await using box = await sandbox();
  const file = await load(box, [[call], [{ ...emitted, event_time: noon }]]);
  expect(await evidenceOf(file)).toBe("pending");
});

it("a first completion that turns out to be another event is none any more", async () => {
  await using box = await sandbox();
  // smaller in the order of contents: it is chosen, and it happened in another Region
  const elsewhere = { ...emitted, event_time: noon - 2, source_region: "us-east-1", invocation_key: "us-east-1/other" };
  const file = await load(box, [[call, emitted], [elsewhere]]);
  expect(await evidenceOf(file)).toBe("absence");
  expect(await readRows(file, "SELECT source_region FROM first_completion")).toEqual([{ source_region: "us-east-1" }]);
  expect(await readTables(file)).toMatchObject(await tablesBut(box, [[elsewhere, emitted, call]]));
});

it("of several completions the next one is the first then", async () => {
  await using box = await sandbox();
  const later = completion({ event_id: "y", event_time: noon + 1, invocation_key: "eu-west-1/later" });
  const elsewhere = { ...emitted, event_time: noon - 2, record_kind: "api-call" };
  const file = await load(box, [[call, emitted, later], [elsewhere]]);
  expect(await evidenceOf(file)).toBe("absence");
  expect(await readRows(file, "SELECT epoch_ms(first_time)::DOUBLE AS t FROM first_completion")).toEqual([
    { t: noon + 1 },
  ]);
});

it("a completion that retention removed goes on counting when another one is replaced", async () => {
  await using box = await sandbox();
  const file = join(box.folder, "pruned.duckdb");
  const early = completion({ event_id: "old", event_time: noon - 5 * 86_400_000, invocation_key: "eu-west-1/old" });
  await using warehouse = await Warehouse.open(file, { threads: 1 });
  await warehouse.startRun("test", new Date(0));
  const commit = async (rows: readonly Row[]): Promise<unknown> =>
    await warehouse.commit({ files: [await box.stage(rows)], objects: entriesOf(rows), quarantine: [] });
  await commit([early, call, emitted]);
  await warehouse.prune(new Date(noon - 2 * 86_400_000).toISOString().slice(0, 10));
  await commit([{ ...emitted, event_time: noon - 2, record_kind: "api-call" }]);
  await warehouse.publish();
  expect(await evidenceOf(file)).toBe("pending");
});

it("the content that is chosen does not depend on the order of loading, and those that lost are all kept", async () => {
  await using box = await sandbox();
  // hosts in one order, places in the other, and one that is not told: it stands first
  const versions = [null, "a", "b"].map((host, index) => event({ host, object_uri: `file:${9 - index}` }));
  const [none, a, b] = versions as [Row, Row, Row]; // three hosts
  const orders = [
    [none, a, b],
    [b, a, none],
    [a, none, b],
  ] as const;
  const tables = [];
  for (const order of orders) {
    const file = await load(
      box,
      order.map((row) => [row]),
    );
    expect(await readRows(file, "SELECT host FROM event")).toEqual([{ host: null }]);
    expect(await readRows(file, "SELECT host FROM event_variant ORDER BY host")).toEqual([
      { host: "a" },
      { host: "b" },
    ]);
    expect(await readRows(file, "SELECT host, events FROM invocation")).toEqual([{ host: null, events: 1 }]);
    tables.push(await readTables(file));
  }
  expect(tables[1]).toEqual(tables[0]);
  expect(tables[2]).toEqual(tables[0]);
});

it("contents under other keys leave the call that they belonged to", async () => {
  await using box = await sandbox();
  const first = event({ event_time: noon + 1, host: "b" });
  const moved = event({ event_time: noon, host: "a", invocation_key: "eu-west-1/k2" });
  const file = await load(box, [[first], [moved]]);
  expect(await readRows(file, "SELECT invocation_key FROM invocation")).toEqual([{ invocation_key: "eu-west-1/k2" }]);
});

it("plain duplicates in files of one batch are one event, at the smallest place", async () => {
  await using box = await sandbox();
  const file = join(box.folder, "batch.duckdb");
  await using warehouse = await Warehouse.open(file, { threads: 1 });
  await warehouse.startRun("test", new Date(0));
  // the same rows of two files: what tells them apart is the file
  const later = [
    event({ object_uri: "file:b" }),
    event({ event_id: "e2", invocation_key: "k2", object_uri: "file:b" }),
  ];
  const sooner = later.map((row) => ({ ...row, object_uri: "file:a" }));
  const counts = await warehouse.commit({
    files: [await box.stage(later), await box.stage(sooner)],
    objects: entriesOf([...later, ...sooner]),
    quarantine: [],
  });
  expect(counts).toMatchObject({ newEvents: 2, duplicates: 2, contentConflicts: 0 });
  await warehouse.publish();
  expect(await readRows(file, "SELECT DISTINCT object_uri FROM event")).toEqual([{ object_uri: "file:a" }]);
});

it("every turn of a fold is folded", async () => {
  await using box = await sandbox();
  const rows = Array.from({ length: 9 }, (_, n) => event({ event_id: `e${n}`, invocation_key: `eu-west-1/k${n}` }));
  const file = await load(box, [rows], 2);
  expect(await readRows(file, "SELECT count(*)::INTEGER AS n FROM invocation")).toEqual([{ n: 9 }]);
});

it("retention takes the contents that lost along", async () => {
  await using box = await sandbox();
  const file = join(box.folder, "variants.duckdb");
  await using warehouse = await Warehouse.open(file, { threads: 1 });
  await warehouse.startRun("test", new Date(0));
  const rows = [event({ host: "a" }), event({ host: "b" })];
  await warehouse.commit({ files: [await box.stage(rows)], objects: entriesOf(rows), quarantine: [] });
  expect(await warehouse.prune("2026-10-02")).toMatchObject({ invocations: 1, events: 1, variants: 1 });
  await warehouse.publish();
  expect(await readRows(file, "SELECT host FROM event_variant")).toEqual([]);
});

/** Everything but the ledger, whose rows follow the batches. */
async function tablesBut(box: Sandbox, batches: readonly (readonly Row[])[]): Promise<Record<string, unknown>> {
  const { ledger: _ledger, ...tables } = await readTables(await load(box, batches));
  return tables;
}
