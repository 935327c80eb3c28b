/** A listing that did not come to its end: it never passes for complete, and what it gave is kept and counted. */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { SpillwayError } from "../../src/errors.ts";
import { type IngestSummary, ingest } from "../../src/ingest/ingest.ts";
import type { ListedChunk, ObjectSource, SourceReport, TrailObject } from "../../src/ingest/listing/source.ts";
import { noMemory } from "../../src/ingest/listing/source.ts";
import { folderSource } from "../../src/ingest/sources/folder.ts";
import { queryRows } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog, logPath, putFile } from "../support/trail-files.ts";

const root = temporaryFolder();

async function filesIn(name: string, count: number): Promise<readonly TrailObject[]> {
  const folder = join(root, name);
  for (let n = 0; n < count; n++) putFile(logPath(folder, `${name}${n}`), gzipLog([bedrockRecord(n)]));
  const all: TrailObject[] = [];
  for await (const chunk of folderSource(folder).list(noMemory)) all.push(...chunk.objects);
  return all;
}

interface Told {
  readonly outcomes: boolean[];
  readonly source: ObjectSource;
}

function sourceOf(name: string, list: () => AsyncIterable<ListedChunk>, report: SourceReport = {}): Told {
  const outcomes: boolean[] = [];
  const finished: ObjectSource["finished"] = ({ complete }) => {
    outcomes.push(complete);
    return Promise.resolve(complete ? report : {});
  };
  return { outcomes, source: { name, list, finished } };
}

const now = (): Date => new Date("2026-09-20T12:00:00Z");
const pair = { accountId: "111122223333", region: "eu-west-1" };
const report: SourceReport = {
  states: [{ scope: "s", name: "done", value: "true" }],
  gaps: ["something was not seen"],
  listed: {
    source: "s",
    now: now(),
    days: [{ below: [], except: [], accounts: [], regions: [], pairs: [pair], from: "2026-09-01", to: null }],
  },
};
const run = (name: string, sources: readonly ObjectSource[], signal?: AbortSignal): Promise<IngestSummary> =>
  ingest({ warehouse: join(root, `${name}.duckdb`), sources, threads: 1, now, signal });
const stored = async (name: string, sql: string): Promise<unknown> =>
  await queryRows(join(root, `${name}.duckdb`), sql);

it("of a first run, stopped between two chunks: the next run is told that it was not complete", async () => {
  const objects = await filesIn("between", 3);
  const stop = new AbortController();
  const { outcomes, source } = sourceOf(
    "s",
    async function* list() {
      await Promise.resolve();
      yield { objects: objects.slice(0, 1) };
      stop.abort();
      yield { objects: objects.slice(1) };
    },
    report,
  );
  const summary = await run("between", [source], stop.signal);
  expect([summary.interrupted, summary.gaps, outcomes]).toEqual([true, [], [false]]);
  expect(summary.counts).toMatchObject({ objectsListed: 1, objectsLoaded: 1 });
  expect(await stored("between", "SELECT * FROM listed_range")).toEqual([]);
});

it("stopped within its last chunk: not complete, its checkpoint is forgotten, and what was left is not in the sums", async () => {
  const [first, ...rest] = await filesIn("within", 3);
  if (first === undefined) throw new Error("three files");
  const chunk = (objects: readonly TrailObject[], value: string): Told =>
    sourceOf("s", async function* list() {
      await Promise.resolve();
      yield { objects, states: [{ scope: "s", name: "page", value }] };
    });
  await run("within", [chunk([first], "1").source]);
  const stop = new AbortController();
  const { outcomes, source } = chunk(rest, "2");
  // told when the ledger was asked, before anything of the chunk is handed out
  const onProgress = (): void => stop.abort();
  const warehouse = join(root, "within.duckdb");
  const summary = await ingest({ warehouse, sources: [source], threads: 1, now, signal: stop.signal, onProgress });
  expect([summary.interrupted, outcomes, summary.counts.objectsListed]).toEqual([true, [false], 0]);
  expect(await stored("within", "SELECT value FROM internal.source_state")).toEqual([{ value: "1" }]);
});

it("that notices the stop itself and ends with an empty chunk: not complete", async () => {
  const objects = await filesIn("empty-chunk", 1);
  const stop = new AbortController();
  const { outcomes, source } = sourceOf("s", async function* list() {
    await Promise.resolve();
    yield { objects };
    stop.abort();
    yield { objects: [] };
  });
  const summary = await run("empty-chunk", [source], stop.signal);
  expect([summary.interrupted, outcomes]).toEqual([true, [false]]);
});

it("stopped while a source fails for it: no failure of the source's", async () => {
  const objects = await filesIn("failing", 1);
  const stop = new AbortController();
  const { outcomes, source } = sourceOf("s", async function* list() {
    await Promise.resolve();
    yield { objects };
    stop.abort();
    throw new SpillwayError("source-unreachable", "the connection was closed");
  });
  const summary = await run("failing", [source], stop.signal);
  expect([summary.interrupted, summary.failures, outcomes]).toEqual([true, [], [false]]);
});

it("of a source that goes out of reach: not complete, the source behind it is, and what was read is kept", async () => {
  const objects = await filesIn("reach", 2);
  const lost = sourceOf("lost", async function* list() {
    await Promise.resolve();
    yield { objects: objects.slice(0, 1) };
    throw new SpillwayError("source-unreachable", "the network is gone");
  });
  const sound = sourceOf(
    "sound",
    async function* list() {
      await Promise.resolve();
      yield { objects: objects.slice(1) };
    },
    report,
  );
  await expect(run("reach", [lost.source, sound.source])).rejects.toThrow(
    /the network is gone; the 2 objects that were read are committed and published/,
  );
  expect([lost.outcomes, sound.outcomes]).toEqual([[false], [true]]);
  expect(await stored("reach", "SELECT status FROM trail_object")).toEqual([
    { status: "loaded" },
    { status: "loaded" },
  ]);
  expect(await stored("reach", "SELECT name, value FROM internal.source_state")).toEqual([
    { name: "done", value: "true" },
  ]);
  expect(await stored("reach", "SELECT region, first_day, last_day FROM listed_range")).toEqual([
    { region: "eu-west-1", first_day: "2026-09-01", last_day: "2026-09-19" },
  ]);
});

it("of which every object is refused: the listing does not count", async () => {
  const objects = Array.from({ length: 1 }, (_, n): TrailObject => ({
    uri: `s3://b/${n}.json.gz`,
    etag: "1",
    size: 1,
    accountId: null,
    region: null,
    day: null,
    skip: null,
    locator: { kind: "file", path: join(root, "nowhere", `${n}.json.gz`) },
  }));
  const { outcomes, source } = sourceOf("s", async function* list() {
    await Promise.resolve();
    yield { objects };
  });
  // one that is not there is unreadable: it is tried again, and its listing counts
  const summary = await run("refused", [source]);
  expect([outcomes, summary.counts.objectsQuarantined]).toEqual([[true], 1]);
});

it("a first run that fails leaves nothing before its first commit, and all that it committed after it", async () => {
  const broken: ObjectSource = {
    name: "broken",
    // oxlint-disable-next-line require-yield -- it fails before it has anything to give
    async *list() {
      await Promise.resolve();
      throw new Error("the listing broke");
    },
  };
  await expect(run("empty", [broken])).rejects.toThrow("the listing broke");
  expect(existsSync(join(root, "empty.duckdb.work"))).toBe(false);
  const [object] = await filesIn("begun", 1);
  if (object === undefined) throw new Error("one file");
  // what a source extracts is committed before anything else is listed
  const extracting: ObjectSource = {
    name: "extracting",
    async *list() {
      await Promise.resolve();
      yield { objects: [{ ...object, locator: { kind: "source" } }] };
    },
    extract: () => Promise.resolve({ unreadable: "not today" }),
  };
  await expect(run("begun", [extracting, broken])).rejects.toThrow("the listing broke");
  expect(existsSync(join(root, "begun.duckdb.work"))).toBe(true);
});

it("a folder misses what it had, never a neighbour of a like name; a day in it does not speak for its Region", async () => {
  const warehouse = join(root, "folders.duckdb");
  const load = (folder: string): Promise<IngestSummary> =>
    ingest({ warehouse, sources: [folderSource(folder)], threads: 1, now });
  const [logs, neighbour] = [join(root, "logs"), join(root, "logs-old")];
  for (const folder of [logs, neighbour])
    for (const n of [0, 1]) putFile(logPath(folder, `F${n}`), gzipLog([bedrockRecord(n)]));
  await load(neighbour);
  expect((await load(logs)).findings).toEqual([]);
  rmSync(logPath(logs, "F0"));
  rmSync(logPath(neighbour, "F0"));
  const summary = await load(logs);
  expect(summary.findings.map(({ kind, uri }) => [kind, uri])).toEqual([
    ["object-disappeared", pathToFileURL(logPath(logs, "F0")).href],
  ]);
  const day = join(root, "part", "AWSLogs", "111122223333", "CloudTrail", "eu-west-1", "2026", "09", "01");
  mkdirSync(day, { recursive: true });
  putFile(join(day, "111122223333_CloudTrail_eu-west-1_20260901T0005Z_a.json.gz"), gzipLog([bedrockRecord(9)]));
  await ingest({ warehouse: join(root, "part.duckdb"), sources: [folderSource(day)], threads: 1, now });
  expect(await stored("part", "SELECT * FROM listed_range")).toEqual([]);
});

it("a folder that was not gone through misses nothing", async () => {
  const outcome = { complete: false, runId: "r", now: now(), oldestUnread: () => Promise.resolve(null) };
  const missing = (): never => {
    throw new Error("nobody asks");
  };
  expect(await folderSource(root).finished?.({ ...outcome, missing })).toEqual({});
});
