/** The first half of the proof that every rule is held: each has a test file. That its test ran and passed is seen at the end of the run. */
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { rules } from "./support/rules.ts";
import { unheldRules } from "./support/rules-reporter.ts";

it.each(rules)("%s", (_rule, file) => {
  expect(existsSync(new URL(file, import.meta.url))).toBe(true);
});

describe("the end of a run", () => {
  const [first, second] = [["R1", "a.test.ts", "folds"] as const, ["R2", "b.test.ts", "direct"] as const];
  const ran = new Map([
    ["a.test.ts", [{ title: "the fold > folds five", state: "passed" }]],
    ["b.test.ts", [{ title: "direct", state: "skipped" }]],
  ]);

  it("is well where the test of each rule passed", () => {
    expect(unheldRules([first], ran)).toEqual([]);
  });

  it("fails for a test that was skipped, failed, renamed, or whose file did not run", () => {
    expect(unheldRules([second], ran)).toEqual(['R2: "direct" in b.test.ts was skipped']);
    const renamed = ["R1", "a.test.ts", "joins"] as const;
    expect(unheldRules([renamed], ran)).toEqual(['R1: no test "joins" in a.test.ts']);
    const failed = new Map([["a.test.ts", [{ title: "folds", state: "failed" }]]]);
    expect(unheldRules([first], failed)).toEqual(['R1: "folds" in a.test.ts was failed']);
    expect(unheldRules([first], new Map())).toEqual(["R1: a.test.ts did not run"]);
  });
});
