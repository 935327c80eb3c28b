/** The properties of the deterministic randomness. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "../../src/demo/random.ts";

test("the same seed repeats the same values; every value has its form", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), (seed, length) => {
      const [a, b] = [createRandom(seed), createRandom(seed)];
      expect([a.uuid(), a.hex(length), a.code(length), a.mixed(length)]).toEqual([
        b.uuid(),
        b.hex(length),
        b.code(length),
        b.mixed(length),
      ]);
      expect(a.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(a.hex(length)).toMatch(new RegExp(`^[0-9a-f]{${length}}$`));
      expect(a.code(length)).toMatch(new RegExp(`^[A-Z2-7]{${length}}$`));
      expect(a.mixed(length)).toMatch(new RegExp(`^[A-Za-z0-9]{${length}}$`));
      const drawn = a.int(length);
      expect(drawn).toBeGreaterThanOrEqual(0);
      expect(drawn).toBeLessThan(length);
    }),
  );
});

test("identifiers do not repeat and numbers spread evenly", () => {
  const random = createRandom(1);
  expect(new Set(Array.from({ length: 20_000 }, () => random.uuid())).size).toBe(20_000);
  const tally = new Map<number, number>();
  for (let i = 0; i < 40_000; i += 1) {
    const drawn = random.int(4);
    tally.set(drawn, (tally.get(drawn) ?? 0) + 1);
  }
  for (const count of tally.values()) expect(Math.abs(count - 10_000)).toBeLessThan(400);
});
