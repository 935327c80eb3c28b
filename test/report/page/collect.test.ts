import { describe, expect, it } from "vitest";
import type { Cell } from "../../../src/engines/engine.ts";
import { collectReport } from "../../../src/report/page/data/collect.ts";
import { knownReports } from "../../../src/report/page/data/facts.ts";
import { loadCatalogue } from "../../../src/report/catalogue.ts";
import { madePage, typeOf } from "./made-up.ts";

const catalogue = loadCatalogue();

async function* repeated(row: readonly Cell[], times: number): AsyncGenerator<readonly Cell[]> {
  await Promise.resolve();
  for (let index = 0; index < times; index++) yield row;
}

type Row = Readonly<Record<string, Cell>>;

function described(name: string, row: Row) {
  const columns = Object.keys(row).map((column) => ({ name: column, type: typeOf(column), doc: "" }));
  return { name, title: name, answers: "", sql: "SELECT 1", columns };
}

function collect(name: string, row: Row, times: number, keep?: number) {
  return collectReport({ ...described(name, row), rows: repeated(Object.values(row), times) }, keep);
}

describe("a report on its way to the page", () => {
  it("keeps its first rows and counts all", async () => {
    const { table, facts } = await collect("mine", { a: 1 }, 1000, 3);
    expect(table.rows).toEqual([[1], [1], [1]]);
    expect(table.total).toBe(1000);
    expect(facts).toEqual({});
  });

  it("sums up rows that it does not keep", async () => {
    const row = {
      denied_region: "eu-south-2",
      denied_by: "identity policy",
      explicit: true,
      policy_arn: null,
      invocations: 2n,
    };
    const { table, facts } = await collect("denials", row, 50, 1);
    expect(table.rows).toHaveLength(1);
    expect(facts.denials).toEqual([
      { region: "eu-south-2", by: "identity policy", explicit: true, policy: null, calls: 100, explanations: [] },
    ]);
  });

  it("keeps each sentence about denials once, the one of most calls first", async () => {
    const base = { denied_region: "eu-south-2", denied_by: "identity policy", explicit: true, policy_arn: null };
    const rows = [
      { ...base, invocations: 2n, explanation: "rare" },
      { ...base, invocations: 4n, explanation: "often" },
      { ...base, invocations: 1n, explanation: "rare" },
      { ...base, invocations: 9n, explanation: null },
    ];
    async function* each(): AsyncGenerator<readonly Cell[]> {
      await Promise.resolve();
      for (const row of rows) yield Object.values(row);
    }
    const { facts } = await collectReport({
      ...described("denials", { ...base, invocations: 1n, explanation: "" }),
      rows: each(),
    });
    expect(facts.denials).toMatchObject([
      {
        calls: 16,
        explanations: [
          { text: "often", calls: 4 },
          { text: "rare", calls: 3 },
        ],
      },
    ]);
  });

  it("takes a report of the user's own for what it is, whatever its name", async () => {
    expect((await collect("denials", { principal: "a", invocations: 1n }, 2)).facts).toEqual({});
    expect((await collect("constructor", { a: 1 }, 2)).facts).toEqual({});
  });

  it("adds up tokens that no number can hold", async () => {
    const row = {
      served_region: "eu-north-1",
      invocations: 1n,
      input_tokens: 9_223_372_036_854_775_807n,
      output_tokens: 1n,
      cache_read_tokens: null,
      cache_write_tokens: null,
      without_count: 0n,
    };
    const { facts } = await collect("tokens-by-region", row, 2);
    expect(facts["tokens-by-region"]?.[0]?.input).toBe(18_446_744_073_709_551_614n);
  });

  it("knows the days of each account-Region, and what has no place among them", async () => {
    const day = (text: string | null, gap: string | null) => ({
      account_id: text === null ? null : "111122223333",
      region: "eu-central-1",
      day: text,
      objects: 2n,
      records: 10n,
      gap,
    });
    const page = await madePage([
      {
        name: "coverage",
        rows: [
          day("2026-09-01", null),
          day("2026-09-02", "no file"),
          day("2026-09-03", "stale"),
          day(null, "no place"),
        ],
      },
    ]);
    const { accountRegions, gaps, withoutPlace } = page.facts.coverage ?? {
      accountRegions: [],
      gaps: new Map(),
      withoutPlace: 0,
    };
    expect(
      accountRegions.map(({ account, region, gaps: holes, objects }) => [account, region, holes, objects]),
    ).toEqual([["111122223333", "eu-central-1", 2, 6]]);
    expect(accountRegions[0]?.days.map(({ state }) => state)).toEqual(["logs", "no file", "other gap"]);
    expect([...gaps]).toEqual([
      ["no file", 1],
      ["stale", 1],
      ["no place", 1],
    ]);
    expect(withoutPlace).toBe(2);
  });
});

describe("the reports that the page knows", () => {
  // those that are in the catalogue; a name that is misspelt here would never be found there
  const present = Object.entries(knownReports).filter(([name]) => catalogue.has(name));

  it("are in the catalogue", () => {
    expect(present.map(([name]) => name)).toEqual(
      expect.arrayContaining(["spillover-by-region", "boundary-timeline", "coverage"]),
    );
  });

  it.each(present)("%s has the columns that the page reads", (name, { columns }) => {
    expect(catalogue.get(name)?.columns.map((column) => column.name)).toEqual(expect.arrayContaining([...columns]));
  });
});
