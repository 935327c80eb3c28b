/** What a source remembers: committed with the objects it belongs to, never before them, and read by the next run. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { folderSource } from "../../src/ingest/sources/folder.ts";
import { ingest } from "../../src/ingest/ingest.ts";
import {
  type ListedChunk,
  type ObjectSource,
  type SourceMemory,
  type SourceOutcome,
  type SourceReport,
  type SourceState,
  type TrailObject,
  noMemory,
} from "../../src/ingest/listing/source.ts";
import { Warehouse } from "../../src/store/warehouse.ts";
import { queryRows } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog, logPath, putFile } from "../support/trail-files.ts";

const root = temporaryFolder();

const state = (name: string, value: unknown): SourceState => ({ scope: "test", name, value: JSON.stringify(value) });

async function filesIn(folder: string, count: number): Promise<readonly TrailObject[]> {
  for (let n = 0; n < count; n++) putFile(logPath(folder, `F${n}`), gzipLog([bedrockRecord(n)]));
  const all: TrailObject[] = [];
  for await (const chunk of folderSource(folder).list(noMemory)) all.push(...chunk.objects);
  return all;
}

function sourceOf(
  list: (memory: SourceMemory) => AsyncIterable<ListedChunk>,
  finished?: (outcome: SourceOutcome) => Promise<SourceReport>,
): ObjectSource {
  return { name: "test", list, ...(finished === undefined ? {} : { finished }) };
}

async function remembered(warehouse: string): Promise<Record<string, unknown>> {
  const rows = await queryRows(warehouse, "select name, value from source_state order by name");
  return Object.fromEntries(rows.map(({ name, value }) => [String(name), JSON.parse(String(value))]));
}

it("is read by the next run, the last value of a name wins, and a new warehouse remembers nothing", async () => {
  const warehouse = join(root, "next.duckdb");
  const objects = await filesIn(join(root, "next"), 4);
  const seen: (readonly [string, string])[][] = [];
  const outcomes: boolean[] = [];
  const source = sourceOf(
    async function* list(memory) {
      seen.push([...(await memory.read("test"))]);
      yield { objects: objects.slice(0, 2), states: [state("page", 1)] };
      yield { objects: objects.slice(2), states: [state("page", "it's 2"), state("other", null)] };
    },
    (outcome) => {
      outcomes.push(outcome.complete);
      return Promise.resolve({ states: [state("done", true)] });
    },
  );
  const first = await ingest({ warehouse, sources: [source], threads: 1 });
  expect(await remembered(warehouse)).toEqual({ page: "it's 2", other: null, done: true });
  const second = await ingest({ warehouse, sources: [source], threads: 1 });
  expect([first.published, second.counts.objectsKnown]).toEqual([true, 4]);
  expect(seen[0]).toEqual([]);
  expect(Object.fromEntries(seen[1] ?? [])).toEqual({ page: '"it\'s 2"', other: "null", done: "true" });
  expect(outcomes).toEqual([true, true]);
});

it("is not remembered for objects that were not committed", async () => {
  const warehouse = join(root, "failed.duckdb");
  const objects = await filesIn(join(root, "failed"), 2);
  await ingest({ warehouse, sources: [folderSource(join(root, "next"))], threads: 1 });
  const failing = sourceOf(async function* list() {
    yield { objects: objects, states: [state("page", 1)] };
    await Promise.reject(new Error("the listing broke"));
  });
  await expect(ingest({ warehouse, sources: [failing], threads: 1 })).rejects.toThrow("the listing broke");
  await using opened = await Warehouse.open(warehouse);
  expect([...(await opened.sourceState("test"))]).toEqual([]);
});

it("is not remembered for a chunk that a signal cut short, and the run is not complete", async () => {
  const warehouse = join(root, "stopped.duckdb");
  const objects = await filesIn(join(root, "stopped"), 3);
  const stop = new AbortController();
  const outcomes: boolean[] = [];
  const source = sourceOf(
    async function* list() {
      yield { objects: objects.slice(0, 1), states: [state("page", 1)] };
      stop.abort();
      yield { objects: objects.slice(1), states: [state("page", 2)] };
    },
    (outcome) => {
      outcomes.push(outcome.complete);
      return Promise.resolve({});
    },
  );
  const summary = await ingest({ warehouse, sources: [source], threads: 1, signal: stop.signal });
  expect(summary.interrupted).toBe(true);
  expect(await remembered(warehouse)).toEqual({ page: 1 });
  expect(outcomes).toEqual([false]);
});

it("is written by itself as well, without anything to publish", async () => {
  const warehouse = join(root, "alone.duckdb");
  await ingest({ warehouse, sources: [folderSource(join(root, "next"))], threads: 1 });
  await using opened = await Warehouse.open(warehouse);
  await opened.saveSourceState([state("a", 1), { ...state("a", 2), scope: "another" }, state("a", 3)]);
  expect([...(await opened.sourceState("test"))]).toEqual([["a", "3"]]);
  expect([...(await opened.sourceState("another"))]).toEqual([["a", "2"]]);
  expect(await opened.publish()).toBe(false);
});
