import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { invocationTable } from "../../src/schema/invocation.ts";
import { Warehouse } from "../../src/store/warehouse.ts";
import { foldOracle } from "./fold-oracle.ts";
import { conflictingEvents } from "./generate.ts";
import { type Row, entriesOf, readRows, readTables, sandbox } from "./helpers.ts";

const events = conflictingEvents;
let files = 0;

/** Loads batches one after another and publishes. */
async function load(
  folder: string,
  stage: (rows: readonly Row[]) => Promise<string>,
  batches: readonly (readonly Row[])[],
  foldedAtOnce = 100_000,
): Promise<string> {
  const file = join(folder, `w${files++}.duckdb`);
  await using warehouse = await Warehouse.open(file, { threads: 1, foldedAtOnce });
  await warehouse.startRun("test", new Date(0));
  for (const batch of batches) {
    await warehouse.commit({ files: [await stage(batch)], objects: entriesOf(batch), quarantine: [] });
  }
  await warehouse.publish();
  return file;
}

describe("the fold", () => {
  it("agrees with a second implementation on any events", async () => {
    await using box = await sandbox();
    await fc.assert(
      fc.asyncProperty(events, async (rows) => {
        const file = await load(box.folder, box.stage, [rows]);
        // the choice between contents of one eventID is the store's; what it chose is what gets folded
        const chosen = await readRows(file, "FROM event");
        const plain = chosen.map((row) =>
          Object.fromEntries(
            Object.entries(row).map(([name, cell]) => [name, typeof cell === "bigint" ? Number(cell) : cell]),
          ),
        );
        const expected = foldOracle(plain);
        const actual = await readRows(file, "FROM invocation");
        expect(actual.length).toBe(expected.size);
        for (const row of actual) {
          const wanted = expected.get(String(row["invocation_key"]));
          const got = Object.fromEntries(
            Object.entries(row).map(([name, cell]) => [name, typeof cell === "bigint" ? Number(cell) : cell]),
          );
          expect(got).toEqual(
            Object.fromEntries(invocationTable.columns.map(({ name }) => [name, wanted?.[name] ?? null])),
          );
        }
      }),
      { numRuns: 20 },
    );
  }, 120_000);

  it("ends in the same tables for every order, and every division into batches and turns", async () => {
    await using box = await sandbox();
    await fc.assert(
      fc.asyncProperty(
        events.chain((rows) =>
          fc.record({
            rows: fc.constant(rows),
            again: fc.subarray(rows),
            keys: fc.array(fc.double({ noNaN: true, min: 0, max: 1 }), {
              minLength: rows.length * 2,
              maxLength: rows.length * 2,
            }),
            size: fc.integer({ min: 4, max: 20 }),
            foldedAtOnce: fc.integer({ min: 1, max: 20 }),
          }),
        ),
        async ({ rows, again, keys, size, foldedAtOnce }) => {
          const all = [...rows, ...again];
          const order = all.map((_, index) => index).toSorted((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
          const shuffled = order.map((index) => all[index]).filter((row) => row !== undefined);
          const batches: Row[][] = [];
          for (let at = 0; at < shuffled.length; at += size) batches.push(shuffled.slice(at, at + size));
          const { ledger: _one, ...atOnce } = await readTables(await load(box.folder, box.stage, [rows]));
          const { ledger: _many, ...inParts } = await readTables(
            await load(box.folder, box.stage, batches, foldedAtOnce),
          );
          expect(inParts).toEqual(atOnce);
        },
      ),
      { numRuns: 10 },
    );
  }, 120_000);
});
