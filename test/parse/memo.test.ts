/** The proof that what is remembered is bounded and right. */
import { expect, it } from "vitest";
import { memoize } from "../../src/parse/memo.ts";

it("parses a text once, and again after ten thousand others", () => {
  const asked: string[] = [];
  const length = memoize((text) => {
    asked.push(text);
    return text.length;
  });
  expect([length("abc"), length("abc")]).toEqual([3, 3]);
  expect(asked).toEqual(["abc"]);
  for (let n = 0; n < 10_000; n += 1) length(`x${n}`);
  expect(length("abc")).toBe(3);
  expect(asked.filter((text) => text === "abc")).toHaveLength(2);
});
