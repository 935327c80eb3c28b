/** What a check of a pack holds in memory: keys that come twice, and rows out of step, found among any number of rows. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DistinctKeys } from "../../src/evidence/distinct-keys.ts";
import { type KeyedRow, Lockstep } from "../../src/evidence/lockstep.ts";

async function* stream(rows: readonly KeyedRow[]): AsyncGenerator<KeyedRow> {
  for (const row of rows) yield await Promise.resolve(row);
}

async function differences(
  here: readonly KeyedRow[],
  there: readonly KeyedRow[],
): Promise<readonly (readonly [string, string | null, string | null])[]> {
  const lockstep = new Lockstep(stream(there));
  for (const row of here) await lockstep.next(row);
  return (await lockstep.end())
    .map((each) => [each.key, each.here, each.there] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

describe("keys that come twice", () => {
  it("many keys are told apart, and one more that was there is found", async () => {
    const before = await readdir(tmpdir());
    const keys = new DistinctKeys();
    for (let n = 0; n < 400_000; n++) keys.add(`eu-central-1/${n}`);
    expect(keys.hasTwice()).toBe(false);
    keys.add("eu-central-1/77");
    expect(keys.hasTwice()).toBe(true);
    const made = (await readdir(tmpdir())).filter(
      (name) => name.startsWith("spillway-keys-") && !before.includes(name),
    );
    expect(made.length).toBeGreaterThan(0);
    keys[Symbol.dispose]();
    for (const name of made) expect(existsSync(`${tmpdir()}/${name}`)).toBe(false);
  });

  it("as a set has it, for any keys", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 2 }), { maxLength: 30 }), (texts) => {
        using keys = new DistinctKeys();
        for (const text of texts) keys.add(text);
        expect(keys.hasTwice()).toBe(new Set(texts).size < texts.length);
      }),
    );
  });
});

describe("two files of the same rows", () => {
  const row = (key: string, value = ""): KeyedRow => ({ key, value });

  it("tell what one of them lacks, and what they say differently", async () => {
    const rows = ["a", "b", "c", "d"].map((key) => row(key));
    expect(await differences(rows, rows)).toEqual([]);
    expect(await differences(rows, rows.slice(1))).toEqual([["a", "", null]]);
    expect(await differences(rows.slice(0, 3), rows)).toEqual([["d", null, ""]]);
    expect(await differences(rows, rows.toReversed())).toEqual([]);
    expect(await differences([row("a", "x"), row("b")], [row("b"), row("a", "y")])).toEqual([["a", "x", "y"]]);
    expect(await differences([row("a", "x")], [row("a", "y")])).toEqual([["a", "x", "y"]]);
    expect(await differences([], [])).toEqual([]);
  });

  it("as two maps have it, in any order", async () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const side = fc.uniqueArray(fc.record({ key: fc.constantFrom(...names), value: fc.constantFrom("x", "y") }), {
      selector: ({ key }) => key,
    });
    await fc.assert(
      fc.asyncProperty(side, side, async (here, there) => {
        const [left, right] = [here, there].map((rows) => new Map(rows.map(({ key, value }) => [key, value])));
        const wanted = names.flatMap((key) => {
          const [one, other] = [left?.get(key) ?? null, right?.get(key) ?? null];
          return one === other ? [] : [[key, one, other] as const];
        });
        expect(await differences(here, there)).toEqual(wanted);
      }),
    );
  });
});
