/** What a first run had committed when it was torn away stays, whatever befalls the run after it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { SpillwayError } from "../../src/errors.ts";
import { ingest } from "../../src/ingest/ingest.ts";
import { type ObjectSource, noMemory } from "../../src/ingest/listing/source.ts";
import { folderSource } from "../../src/ingest/sources/folder.ts";
import { Warehouse } from "../../src/store/warehouse.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { putSoundFiles } from "../support/trail-files.ts";

it("a run that fails before it has anything leaves the working file of one that never published", async () => {
  const root = temporaryFolder();
  const logs = join(root, "logs");
  putSoundFiles(logs);
  const warehouse = join(root, "w.duckdb");
  {
    // committed, and never published: as after a kill
    await using begun = await Warehouse.open(warehouse);
    await begun.startRun(logs, new Date());
    for await (const { objects } of folderSource(logs).list(noMemory)) {
      const sums = { records: 0, bedrock: 0, rejected: 0, other: 0 };
      const entries = objects.map((object) => ({ ...object, ...sums, status: "loaded" as const, reason: null }));
      await begun.commit({ files: [], objects: entries, quarantine: [] });
    }
  }
  expect([existsSync(warehouse), existsSync(`${warehouse}.work`)]).toEqual([false, true]);
  const unreachable: ObjectSource = {
    name: "s3://nowhere",
    // oxlint-disable-next-line require-yield -- it fails before it has anything to give
    async *list() {
      await Promise.resolve();
      throw new SpillwayError("source-denied", "nothing may be read");
    },
  };
  await expect(ingest({ warehouse, sources: [unreachable], threads: 1 })).rejects.toThrow("nothing may be read");
  expect(existsSync(`${warehouse}.work`)).toBe(true);
  const next = await ingest({ warehouse, sources: [folderSource(logs)], threads: 1 });
  expect([next.counts.objectsKnown, next.counts.objectsLoaded]).toEqual([3, 0]);
});
