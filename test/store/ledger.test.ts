import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readQuery } from "../../src/sql/query-file.ts";
import type { StagedBatch } from "../../src/store/batch.ts";
import { startDuck } from "../../src/store/duck.ts";
import { reconcile } from "../../src/store/runs.ts";
import { Warehouse } from "../../src/store/warehouse.ts";
import { entriesOf, event, readRows, sandbox } from "./helpers.ts";
import { entryOf } from "./ledger-entry.ts";

describe("the ledger", () => {
  it("knows each version of an object, and quarantined ones until they change", async () => {
    await using box = await sandbox();
    await using warehouse = await Warehouse.open(join(box.folder, "w.duckdb"), { threads: 1 });
    await warehouse.commit({
      files: [],
      objects: [
        entryOf({ uri: "file:a" }),
        entryOf({ uri: "file:b", status: "quarantined", reason: "bad" }),
        entryOf({ uri: "file:c", status: "skipped" }),
      ],
      quarantine: [{ uri: "file:b", etag: "1", recordIndex: null, reason: "bad", eventId: null }],
    });
    const ask = ["a1", "a2", "b1", "b2", "c1", "d1"].map((name) => ({
      uri: `file:${name[0]}`,
      etag: name[1] ?? "",
      size: 1,
    }));
    expect(await warehouse.unknownObjects(ask)).toEqual([
      { index: 1, changed: true },
      { index: 3, changed: false },
      { index: 5, changed: false },
    ]);
  }, 30_000);

  it("asks again for what could not be read, and keeps what came of it last", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    await using warehouse = await Warehouse.open(file, { threads: 1 });
    await warehouse.startRun("test", new Date(0));
    const failed = (reason: string): StagedBatch => ({
      files: [],
      objects: [entryOf({ status: "unreadable", reason })],
      quarantine: [{ uri: "file:a", etag: "1", recordIndex: null, reason, eventId: null }],
    });
    const asked = [{ uri: "file:a", etag: "1", size: 1 }];
    for (const reason of ["AccessDenied", "Glacier"]) {
      await warehouse.commit(failed(reason));
      expect(await warehouse.unknownObjects(asked)).toEqual([{ index: 0, changed: false }]);
    }
    expect(await warehouse.oldestUnread(["file:"])).toBe(null);
    await warehouse.publish();
    const ledger = "SELECT etag, status, reason FROM trail_object";
    const told = "SELECT reason FROM quarantine";
    expect(await readRows(file, ledger)).toEqual([{ etag: "1", status: "unreadable", reason: "Glacier" }]);
    expect(await readRows(file, told)).toEqual([{ reason: "Glacier" }]);
    await warehouse.commit({ files: [], objects: [entryOf({})], quarantine: [] });
    expect(await warehouse.unknownObjects(asked)).toEqual([]);
    await warehouse.publish();
    expect(await readRows(file, ledger)).toEqual([{ etag: "1", status: "loaded", reason: null }]);
    expect(await readRows(file, told)).toEqual([]);
  }, 30_000);

  it("of an older file says in its status what stood in ETags and reasons", async () => {
    const { connection } = await startDuck();
    try {
      await connection.run(`
CREATE TABLE quarantine AS FROM (VALUES ('a', '1:unreadable'), ('q', '2')) t(uri, etag);
CREATE TABLE trail_object AS FROM (VALUES
  ('a', '1:unreadable', 'quarantined', 'denied'), ('b', '1:unreadable', 'quarantined', 'denied'), ('b', '1', 'loaded', NULL),
  ('p', '1', 'loaded', 'pruned'), ('q', '2', 'quarantined', 'pruned; gzip'), ('z', '3', 'loaded', NULL)) t(uri, etag, status, reason);`);
      // twice: it changes nothing any more
      for (let times = 0; times < 2; times++) await connection.run(readQuery("duckdb/ledger-status.sql"));
      const rows = (await connection.runAndReadAll("FROM trail_object ORDER BY ALL")).getRowsJS();
      expect(rows).toEqual([
        ["a", "1", "unreadable", "denied"],
        ["b", "1", "loaded", null],
        ["p", "1", "pruned", null],
        ["q", "2", "pruned", "gzip"],
        ["z", "3", "loaded", null],
      ]);
      expect((await connection.runAndReadAll("SELECT etag FROM quarantine ORDER BY uri")).getRowsJS()).toEqual([
        ["1"],
        ["2"],
      ]);
    } finally {
      connection.closeSync();
    }
  });

  it("counts an event for the object that owns it, whatever the order", async () => {
    await using box = await sandbox();
    const late = event({ object_uri: "file:b" });
    const early = event({ object_uri: "file:a" });
    const ledgers = [];
    for (const [index, order] of [
      [late, early],
      [early, late],
    ].entries()) {
      const file = join(box.folder, `w${index}.duckdb`);
      await using warehouse = await Warehouse.open(file, { threads: 1 });
      const counts = [];
      for (const row of order)
        counts.push(
          await warehouse.commit({ files: [await box.stage([row])], objects: entriesOf([row]), quarantine: [] }),
        );
      expect(counts.map(({ newEvents, duplicates }) => [newEvents, duplicates])).toEqual([
        [1, 0],
        [0, 1],
      ]);
      await warehouse.publish();
      ledgers.push(await readRows(file, "SELECT uri, new_events, duplicates FROM trail_object ORDER BY uri"));
    }
    expect(ledgers[0]).toEqual([
      { uri: "file:a", new_events: 1n, duplicates: 0n },
      { uri: "file:b", new_events: 0n, duplicates: 1n },
    ]);
    expect(ledgers[1]).toEqual(ledgers[0]);
  }, 30_000);

  it("adds up to the events, in any order of objects that are read and objects that are extracted", async () => {
    await using box = await sandbox();
    // few events, few places and now and then another content: nearly every commit takes something over
    const row = fc.record({
      id: fc.nat(6),
      place: fc.constantFrom("file:a", "s3:b", "s3:c"),
      host: fc.constantFrom("x", "x", "x", "y"),
    });
    const commits = fc.array(
      fc.record({ rows: fc.array(row, { minLength: 1, maxLength: 6 }), isExtracted: fc.boolean() }),
      {
        minLength: 4,
        maxLength: 12,
      },
    );
    let files = 0;
    await fc.assert(
      fc.asyncProperty(commits, async (all) => {
        const file = join(box.folder, `sums${files++}.duckdb`);
        await using warehouse = await Warehouse.open(file, { threads: 1 });
        for (const [etag, { rows, isExtracted }] of all.entries()) {
          const events = rows.map(({ id, place, host }, index) =>
            event({ event_id: `e${id}`, object_uri: place, host, record_index: index }),
          );
          const read = entriesOf(events).map((each) => ({ ...each, etag: String(etag) }));
          const extracted = [entryOf({ uri: "athena:t/all/2026-09-10", etag: String(etag) })];
          const objects = isExtracted ? extracted : read;
          await warehouse.commit({ files: [await box.stage(events)], objects, quarantine: [], isExtracted });
        }
        await warehouse.publish();
        const sums =
          "SELECT sum(new_events)::INT AS new, min(new_events) >= 0 AS sound, bool_and(new_events + duplicates = bedrock_events) AS whole, (SELECT count(*)::INT FROM event) AS events FROM trail_object";
        const [told] = await readRows(file, sums);
        expect(told).toEqual({ new: told?.["events"], sound: true, whole: true, events: told?.["events"] });
      }),
      { numRuns: 8, endOnFailure: true },
    );
  }, 300_000);

  it("counts different contents of an eventID once each", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    await using warehouse = await Warehouse.open(file, { threads: 1 });
    const rows = [event({ host: "b" }), event({ host: "a" }), event({ host: "b", object_uri: "file:z" })];
    const commit = async (): Promise<number> =>
      (await warehouse.commit({ files: [await box.stage(rows)], objects: entriesOf(rows), quarantine: [] }))
        .contentConflicts;
    expect(await commit()).toBe(1);
    expect(await commit()).toBe(0);
    await warehouse.publish();
    expect(await readRows(file, "SELECT host, object_uri FROM event")).toEqual([{ host: "a", object_uri: "file:a" }]);
    expect(await readRows(file, "SELECT host, object_uri FROM event_variant")).toEqual([
      { host: "b", object_uri: "file:a" },
    ]);
  }, 30_000);

  it("rolls everything back when a staged file is broken", async () => {
    await using box = await sandbox();
    const file = join(box.folder, "w.duckdb");
    await using warehouse = await Warehouse.open(file, { threads: 1 });
    await expect(
      warehouse.commit({ files: [join(box.folder, "missing.parquet")], objects: [entryOf({})], quarantine: [] }),
    ).rejects.toThrow();
    expect(await warehouse.unknownObjects([{ uri: "file:a", etag: "1", size: 1 }])).toHaveLength(1);
    await warehouse.commit({ files: [], objects: [entryOf({})], quarantine: [] });
    expect(await warehouse.unknownObjects([{ uri: "file:a", etag: "1", size: 1 }])).toHaveLength(0);
  }, 30_000);
});

describe("reconciliation", () => {
  const good = {
    objectsListed: 10,
    objectsKnown: 1,
    objectsLoaded: 6,
    objectsSkipped: 2,
    objectsQuarantined: 1,
    records: 100,
    bedrockEvents: 40,
    newEvents: 30,
    duplicates: 10,
    rejected: 5,
    other: 55,
  };
  it("accepts counts that add up", () => {
    expect(() => reconcile(good)).not.toThrow();
  });
  it.each(Object.keys(good))("fails loudly when %s is off by one", (name) => {
    expect(() =>
      reconcile({ ...good, [name]: 1 + (Object.entries(good).find(([key]) => key === name)?.[1] ?? 0) }),
    ).toThrow(/do not add up/);
  });
});
