import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { FetchWindow } from "../../src/ingest/fetch.ts";

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("FetchWindow", () => {
  it("keeps to its bounds, in order, and always comes to an end", async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 5 }), async (all, maxObjects) => {
        const window = new FetchWindow(maxObjects, 100);
        const inside: number[] = [];
        const started: number[] = [];
        const pending = all.map((size, index) =>
          window.start(size, async () => {
            started.push(index);
            inside.push(size);
            expect(inside.length).toBeLessThanOrEqual(maxObjects);
            expect(inside.length === 1 || inside.reduce((sum, bytes) => sum + bytes, 0) <= 100).toBe(true);
            await tick();
            return new Uint8Array(size);
          }),
        );
        for (const [index, { bytes, done }] of pending.entries()) {
          expect((await bytes).length).toBe(all[index]);
          inside.splice(inside.indexOf(all[index] ?? -1), 1);
          done();
        }
        expect(started).toEqual(all.map((_, index) => index));
      }),
      { numRuns: 30 },
    );
  });

  it("hands a failure to whoever waits for the bytes, and goes on", async () => {
    const window = new FetchWindow(1, 100);
    const failing = window.start(1, () => Promise.reject(new Error("broken")));
    const next = window.start(1, () => Promise.resolve(new Uint8Array(1)));
    await expect(failing.bytes).rejects.toThrow("broken");
    failing.done();
    expect(await next.bytes).toHaveLength(1);
  });
});
