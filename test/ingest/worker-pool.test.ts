/** The pool: every object comes back once, staged and counted, and a worker's failure is the caller's. */
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { folderSource } from "../../src/ingest/sources/folder.ts";
import { WorkerPool } from "../../src/ingest/worker-pool.ts";
import { type TrailObject, noMemory } from "../../src/ingest/listing/source.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog, logPath, putFile } from "../support/trail-files.ts";

const root = temporaryFolder();

async function filesWith(name: string, count: number): Promise<readonly TrailObject[]> {
  const folder = join(root, name);
  for (let n = 0; n < count; n++)
    putFile(logPath(folder, `F${n}`), gzipLog([bedrockRecord(2 * n), bedrockRecord(2 * n + 1)]));
  const all: TrailObject[] = [];
  for await (const chunk of folderSource(folder).list(noMemory)) all.push(...chunk.objects);
  return all;
}

it("hands every object out once and stages its events, however many workers there are", async () => {
  const objects = await filesWith("many", 40);
  const stageFolder = join(root, "stage");
  mkdirSync(stageFolder);
  let noticed = 0;
  await using pool = new WorkerPool(
    { stageFolder, maxRawBytes: 1 << 20, eventsPerFile: 10 },
    3,
    (notice) => (noticed += notice.objects),
  );
  pool.ready();
  for (let at = 0; at < objects.length; at += 3) await pool.read(0, objects.slice(at, at + 3));
  const staged = await pool.flush();
  expect(staged.flatMap((part) => part.objects.map(({ object }) => object.uri)).toSorted()).toEqual(
    objects.map(({ uri }) => uri).toSorted(),
  );
  expect(staged.reduce((sum, part) => sum + part.events, 0)).toBe(80);
  expect(noticed).toBe(40);
  const files = staged.flatMap(({ file }) => (file === null ? [] : [file]));
  expect(files.toSorted()).toEqual(
    readdirSync(stageFolder)
      .map((name) => join(stageFolder, name))
      .toSorted(),
  );
  expect(files.every((file) => statSync(file).size > 0)).toBe(true);
  expect(await pool.flush()).toEqual(
    Array.from({ length: 3 }, () => expect.objectContaining({ file: null, events: 0, objects: [] })),
  );
});

it("a worker that cannot stage fails the run instead of losing its events", async () => {
  const objects = await filesWith("few", 2);
  await using pool = new WorkerPool(
    { stageFolder: join(root, "no such folder"), maxRawBytes: 1 << 20, eventsPerFile: 10 },
    1,
    () => undefined,
  );
  pool.ready();
  await pool.read(0, objects);
  await expect(pool.flush()).rejects.toThrow(/ENOENT/);
});
