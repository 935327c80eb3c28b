import { describe, expect, it } from "vitest";
import { mapParallel, mergeParallel } from "../../../src/ingest/listing/parallel.ts";

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("mergeParallel", () => {
  it("yields everything, never opens more streams than allowed and runs at most one item ahead of the consumer", async () => {
    let open = 0;
    let most = 0;
    let made = 0;
    const stream = (id: number) =>
      async function* (): AsyncGenerator<number> {
        most = Math.max(most, ++open);
        for (let item = 0; item < 5; item++) {
          await tick();
          made++;
          yield id * 10 + item;
        }
        open--;
      };
    const seen: number[] = [];
    for await (const item of mergeParallel(
      Array.from({ length: 7 }, (_, id) => stream(id)),
      3,
    )) {
      seen.push(item);
      await tick();
      expect(made).toBeLessThanOrEqual(seen.length + 3);
    }
    expect(seen.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 7 }, (_, id) => [0, 1, 2, 3, 4].map((item) => id * 10 + item)).flat(),
    );
    expect(most).toBe(3);
  });

  it("ends all streams when one fails or the consumer leaves", async () => {
    let closed = 0;
    const endless = async function* (): AsyncGenerator<number> {
      try {
        for (;;) {
          await tick();
          yield 1;
        }
      } finally {
        closed++;
      }
    };
    const failing = async function* (): AsyncGenerator<number> {
      yield 2;
      throw new Error("broken");
    };
    const consume = async (): Promise<void> => {
      for await (const item of mergeParallel([endless, failing], 2)) expect(item).toBeGreaterThan(0);
    };
    await expect(consume()).rejects.toThrow("broken");
    for await (const item of mergeParallel([endless], 2)) {
      expect(item).toBe(1);
      break;
    }
    expect(closed).toBe(2);
  });
});

describe("mapParallel", () => {
  it("keeps the order and the bound", async () => {
    let running = 0;
    let most = 0;
    const doubled = await mapParallel([1, 2, 3, 4, 5], 2, async (item) => {
      most = Math.max(most, ++running);
      await tick();
      running--;
      return item * 2;
    });
    expect(doubled).toEqual([2, 4, 6, 8, 10]);
    expect(most).toBe(2);
  });

  it("passes a failure on and starts nothing more", async () => {
    let started = 0;
    const work = async (): Promise<void> => {
      started++;
      await tick();
      throw new Error("broken");
    };
    await expect(mapParallel([1, 2, 3, 4, 5, 6], 2, work)).rejects.toThrow("broken");
    expect(started).toBe(2);
  });
});
