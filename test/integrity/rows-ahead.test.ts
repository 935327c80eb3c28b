import fc from "fast-check";
import { expect, it } from "vitest";
import { RowsAhead } from "../../src/integrity/rows-ahead.ts";

it("hands pieces on in the order they were begun, whichever is done first, and never begins more than it may", async () => {
  const piece = fc.record({ rows: fc.integer({ min: 0, max: 5 }), size: fc.integer({ min: 0, max: 9 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 200 }), fc.integer({ min: 1, max: 30 }), async (pieces, limit) => {
      const ahead = new RowsAhead<string>(limit);
      const settle: (() => void)[] = [];
      let [open, openPieces] = [0, 0];
      const got: string[] = [];
      for (const [index, { rows, size }] of pieces.entries()) {
        const names = Array.from({ length: rows }, (_, row) => `${index}.${row}`);
        open += size;
        openPieces++;
        const made = new Promise<readonly string[]>((resolve) => {
          settle.push(() => resolve(names));
        }).then((done) => {
          open -= size;
          openPieces--;
          return done;
        });
        // later pieces are done first
        const reading = (async (): Promise<void> => {
          for await (const some of ahead.add(made, size)) got.push(...some);
        })();
        if (index % 3 === 2) for (const done of settle.splice(0).toReversed()) done();
        for (const done of settle.toReversed()) if (open > limit || openPieces > 64) done();
        await reading;
        expect(open).toBeLessThanOrEqual(limit);
        expect(openPieces).toBeLessThanOrEqual(64);
      }
      for (const done of settle.toReversed()) done();
      for await (const some of ahead.rest()) {
        expect(some.length).toBeGreaterThan(0);
        got.push(...some);
      }
      expect(got).toEqual(
        pieces.flatMap(({ rows }, index) => Array.from({ length: rows }, (_, row) => `${index}.${row}`)),
      );
    }),
  );
});

it("a piece that fails ends it where it stands, not before", async () => {
  const ahead = new RowsAhead<number>(10);
  const read = async (): Promise<number[]> => {
    const got: number[] = [];
    for await (const rows of ahead.add(Promise.resolve([1]), 1)) got.push(...rows);
    for await (const rows of ahead.add(Promise.reject(new Error("out of reach")), 1)) got.push(...rows);
    const rest = ahead.rest();
    got.push(...((await rest.next()).value ?? []));
    await expect(rest.next()).rejects.toThrow("out of reach");
    return got;
  };
  expect(await read()).toEqual([1]);
});
