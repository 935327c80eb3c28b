/** The small tables of a warehouse: what is told once, what replaces what, and what is something to publish. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LogFinding } from "../../src/store/findings.ts";
import type { AggregatedEntry, StagedBatch } from "../../src/store/batch.ts";
import { derivedSchema } from "../../src/store/derived-schema.ts";
import { attach, startDuck, stopDuck } from "../../src/store/duck.ts";
import { ensureSchema } from "../../src/store/schema.ts";
import { Warehouse } from "../../src/store/warehouse.ts";
import { type Sandbox, entriesOf, event, noon, readRows, sandbox } from "./helpers.ts";

let box: Sandbox;
let files = 0;
beforeAll(async () => (box = await sandbox()));
afterAll(async () => await box[Symbol.asyncDispose]());

async function open(): Promise<{ readonly file: string; readonly warehouse: Warehouse }> {
  const file = join(box.folder, `w${files++}.duckdb`);
  const warehouse = await Warehouse.open(file, { threads: 1 });
  await warehouse.startRun("test", new Date(0));
  await warehouse.publish();
  return { file, warehouse };
}

const nothing: StagedBatch = { files: [], objects: [], quarantine: [] };

describe("findings", () => {
  const finding: LogFinding = { kind: "object-replaced", uri: "file:a", etag: "1", detail: "changed" };

  it("are told once for each version of an object, and are something to publish", async () => {
    const { warehouse } = await open();
    await using _ = warehouse;
    expect(await warehouse.saveFindings([finding])).toEqual([finding]);
    expect(await warehouse.publish()).toBe(true);
    const other = { ...finding, etag: "2" };
    expect(await warehouse.saveFindings([finding, other])).toEqual([other]);
    expect(await warehouse.publish()).toBe(true);
    expect([await warehouse.saveFindings([finding, other]), await warehouse.publish()]).toEqual([[], false]);
  });

  it("and states go with the batch that they belong to; states are nothing to publish", async () => {
    const { file, warehouse } = await open();
    await using _ = warehouse;
    const state = (value: string, scope = "s"): NonNullable<StagedBatch["states"]>[number] => ({
      scope,
      name: "n",
      value,
    });
    await warehouse.commit({ ...nothing, states: [state("1"), state("2"), state("3", "another")] });
    expect(await warehouse.publish()).toBe(false);
    expect([...(await warehouse.sourceState("s"))]).toEqual([["n", "2"]]);
    await warehouse.commit({ ...nothing, findings: [finding] });
    await warehouse.publish();
    expect(await readRows(file, "SELECT uri FROM finding")).toEqual([{ uri: "file:a" }]);
  });
});

it("objects without an event are something to publish", async () => {
  const { warehouse } = await open();
  await using _ = warehouse;
  const [entry] = entriesOf([event({})]);
  await warehouse.commit({ ...nothing, objects: entry === undefined ? [] : [{ ...entry, records: 0, bedrock: 0 }] });
  expect(await warehouse.publish()).toBe(true);
});

it("an aggregated event counts once for each operation, from the smallest object, until retention", async () => {
  const calls: AggregatedEntry = {
    eventId: "a1",
    accountId: "111122223333",
    region: "eu-west-1",
    windowStart: noon,
    eventSource: "bedrock.amazonaws.com",
    eventName: "Converse",
    isInference: true,
    calls: 5,
    uri: "file:b",
  };
  const other = { ...calls, eventName: "InvokeModel", calls: 7 };
  const deliveries = [[calls, other], [{ ...calls, calls: 6, uri: "file:a" }]] as const;
  const sql = "SELECT event_name, calls::INTEGER AS calls FROM aggregated_call ORDER BY event_name";
  for (const order of [deliveries, deliveries.toReversed()]) {
    const { file, warehouse } = await open();
    await using _ = warehouse;
    const objects = entriesOf([event({ object_uri: `file:${files}` })]);
    for (const aggregated of order) await warehouse.commit({ ...nothing, objects, aggregated });
    await warehouse.publish();
    expect(await readRows(file, sql)).toEqual([
      { event_name: "Converse", calls: 6 },
      { event_name: "InvokeModel", calls: 7 },
    ]);
    // events of the day before, since there is nothing else to remove
    const old = event({ event_time: noon - 86_400_000 });
    await warehouse.commit({ ...nothing, files: [await box.stage([old])], objects: entriesOf([old]) });
    await warehouse.prune("2026-10-02");
    await warehouse.publish();
    expect(await readRows(file, sql)).toEqual([]);
  }
});

it("the expected trails are those that were named last", async () => {
  const { file, warehouse } = await open();
  await using _ = warehouse;
  const trail = (accountId: string) => ({ accountId, region: "eu-west-1", since: null, namedBy: "config" as const });
  const publishes = async (...accounts: string[]): Promise<boolean> => {
    await warehouse.replaceExpected({ trails: accounts.map(trail), unread: [] });
    return await warehouse.publish();
  };
  expect(await publishes("111122223333", "444455556666")).toBe(true);
  expect(await publishes("444455556666", "111122223333", "111122223333")).toBe(false);
  expect(await publishes("444455556666")).toBe(true);
  const named = "SELECT account_id, named_by FROM expected_trail ORDER BY account_id";
  expect(await readRows(file, named)).toEqual([{ account_id: "444455556666", named_by: "config" }]);
  // a list that cannot be read today names what it named before
  const other = { ...trail("777788889999"), namedBy: "organizations" as const };
  await warehouse.replaceExpected({ trails: [trail("444455556666"), other], unread: [] });
  const unread = [{ namedBy: "organizations" as const, reason: "denied" }];
  await warehouse.replaceExpected({ trails: [trail("111122223333")], unread });
  await warehouse.publish();
  expect(await readRows(file, named)).toEqual([
    { account_id: "111122223333", named_by: "config" },
    { account_id: "777788889999", named_by: "organizations" },
  ]);
});

it("own boundaries stand beside the built-in ones, and are those of the config now", async () => {
  const { file, warehouse } = await open();
  await using _ = warehouse;
  const builtIn = "SELECT count(*)::INTEGER AS n FROM boundary WHERE source = 'reference'";
  const [before] = await readRows(file, builtIn);
  const publishes = async (own: Record<string, string[]>): Promise<boolean> => {
    await warehouse.replaceBoundaries(new Map(Object.entries(own)));
    return await warehouse.publish();
  };
  expect(await publishes({ home: ["eu-west-1", "eu-central-1"] })).toBe(true);
  expect(await publishes({ home: ["eu-central-1", "eu-west-1"] })).toBe(false);
  expect(await publishes({ home: ["eu-west-1"] })).toBe(true);
  expect(await readRows(file, "SELECT name, region FROM boundary WHERE source = 'config'")).toEqual([
    { name: "home", region: "eu-west-1" },
  ]);
  expect(await readRows(file, builtIn)).toEqual([before]);
});

describe("inference profiles", () => {
  const row = { profile_id: "app1", destination_region: "eu-west-1", model: null, as_of: "2026-11-01", source: "own" };

  it("that are refreshed replace those of their source Region, and their calls are judged again", async () => {
    const { file, warehouse } = await open();
    await using _ = warehouse;
    const call = event({ model_kind: "application-profile", profile_id: "app1", model: null, provider: null });
    await warehouse.commit({ ...nothing, files: [await box.stage([call])], objects: entriesOf([call]) });
    const elsewhere = { ...row, source_region: "us-east-1", destination_region: "us-east-1" };
    await warehouse.replaceProfiles([elsewhere]);
    await warehouse.publish();
    const evidence = "SELECT i.region_evidence, d.region_evidence AS of_day FROM invocation i, invocation_day d";
    expect(await readRows(file, evidence)).toEqual([{ region_evidence: "absence", of_day: "absence" }]);
    await warehouse.replaceProfiles([{ ...row, source_region: "eu-west-1" }]);
    await warehouse.publish();
    expect(await readRows(file, evidence)).toEqual([{ region_evidence: "direct", of_day: "direct" }]);
    expect(await readRows(file, "SELECT source_region FROM inference_profile WHERE source = 'own' ORDER BY 1")).toEqual(
      [{ source_region: "eu-west-1" }, { source_region: "us-east-1" }],
    );
  });

  it("and own boundaries outlive an upgrade", async () => {
    const duck = await startDuck({ threads: 1 });
    try {
      const file = join(box.folder, "upgraded.duckdb");
      await attach(duck, file, "warehouse", "write");
      const read = async (sql: string): Promise<unknown> => (await duck.connection.runAndReadAll(sql)).getRowsJS();
      await ensureSchema(duck.connection, file, true);
      const [shipped = []] = (
        await duck.connection.runAndReadAll(
          "SELECT profile_id, source_region FROM inference_profile ORDER BY ALL LIMIT 1",
        )
      ).getRowsJS();
      const own = shipped.map((text) => `'${text as string}'`).join(", "); // two columns of text
      await duck.connection.run(`
DELETE FROM inference_profile WHERE (profile_id, source_region) = (${own});
INSERT INTO inference_profile SELECT ${own}, 'own-1', NULL, '2026-11-01', 'own';
INSERT INTO boundary VALUES ('home', 'eu-west-1', 'config');`);
      const rest = "SELECT count(*)::INTEGER FROM inference_profile";
      const before = await read(rest);
      const { sql } = derivedSchema();
      await ensureSchema(duck.connection, file, false, { sql, hash: "another" });
      expect(
        await read(`SELECT destination_region FROM inference_profile WHERE (profile_id, source_region) = (${own})`),
      ).toEqual([["own-1"]]);
      expect(await read(rest)).toEqual(before);
      expect(await read("SELECT region FROM boundary WHERE name = 'home'")).toEqual([["eu-west-1"]]);
    } finally {
      stopDuck(duck);
    }
  });
});

it("an extracted object has the records that it is known to hold", async () => {
  const { file, warehouse } = await open();
  await using _ = warehouse;
  const rows = [event({ object_uri: "s3://b/log1" }), event({ event_id: "e2", object_uri: "s3://b/log2" })];
  const [entry] = entriesOf([event({ object_uri: "athena:day" })]);
  if (entry === undefined) throw new Error("an entry for the row");
  const load = async (uri: string, records: number): Promise<void> => {
    const objects = [{ ...entry, uri, records, bedrock: 0, other: 3 }];
    await warehouse.commit({ ...nothing, files: [await box.stage(rows)], objects, isExtracted: true });
  };
  await load("athena:unknown", 0);
  await load("athena:counted", 9);
  await warehouse.publish();
  const columns = ["records", "bedrock_events", "new_events", "duplicates", "rejected", "other"];
  expect(
    await readRows(
      file,
      `SELECT uri, ${columns.map((name) => `${name}::INTEGER AS ${name}`).join(", ")} FROM trail_object ORDER BY uri`,
    ),
  ).toEqual([
    { uri: "athena:counted", records: 9, bedrock_events: 2, new_events: 0, duplicates: 2, rejected: 4, other: 3 },
    { uri: "athena:unknown", records: 5, bedrock_events: 2, new_events: 2, duplicates: 0, rejected: 0, other: 3 },
  ]);
});

it("a new horizon of retention is something to publish, also where nothing lies before it", async () => {
  const { warehouse } = await open();
  await using _ = warehouse;
  await warehouse.prune("2020-01-01");
  expect(await warehouse.publish()).toBe(true);
  await warehouse.prune("2020-01-01");
  expect(await warehouse.publish()).toBe(false);
});

it("what a killed run staged is gone", async () => {
  const file = join(box.folder, "staged.duckdb");
  mkdirSync(`${file}.work.stage`);
  writeFileSync(join(`${file}.work.stage`, "events-0-0.parquet"), "half a file");
  await using warehouse = await Warehouse.open(file, { threads: 1 });
  expect(existsSync(join(warehouse.stageFolder, "events-0-0.parquet"))).toBe(false);
  expect(existsSync(warehouse.stageFolder)).toBe(true);
});
