/** The page's parts on first times, peaks, freshness, routes, tokens and long coverage: what they say, and in which words. */
import { describe, expect, it } from "vitest";
import { renderPage } from "../../../src/report/page/page.ts";
import type { PageHead } from "../../../src/report/page/data/page-data.ts";
import { driftOf, firstSeenOf, freshnessOf, peaksOf } from "./made-traffic.ts";
import { type MadeReport, type MadeRow, madePage, reportsOf } from "./made-up.ts";
import { readTables } from "./read-back.ts";

const role = (name: string): string => `arn:aws:iam::100000000001:role/${name}`;
const calls = ["a", "b"].map((name) => ({
  day: 0,
  source: "eu-central-1",
  served: "us-east-1",
  principal: role(name),
  calls: 5,
}));

/** The words of a section, one blank between them. */
async function wordsOf(
  section: string,
  reports: readonly MadeReport[],
  changes: Partial<PageHead> = {},
): Promise<string> {
  const page = renderPage(
    await madePage([...reportsOf(calls).filter(({ name }) => name !== "coverage"), ...reports], changes),
  );
  const start = page.indexOf(`<section id="${section}"`);
  expect(start, section).toBeGreaterThan(0);
  return page
    .slice(start, page.indexOf("</section>", start))
    .replaceAll(/<span class="keep">([^<]*)<\/span>/g, "$1")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
}

describe("first seen", () => {
  it("stands beside a principal, and as a list with what is not sure", async () => {
    const words = await wordsOf("who", [
      firstSeenOf({ principals: [role("a"), role("b"), role("c")], knownSince: "2026-08-01" }),
    ]);
    expect(words).toContain("AssumedRole · us-east-1 · first seen in us-east-1 2026-09-09 Z".replace(" Z", " "));
    expect(words).toContain("AssumedRole · us-east-1 · first seen in us-east-1 2026-09-09 (not sure) ");
    expect(words).toContain(
      "4 first times in a Region, in logs since 2026-08-01: 3 principals and 1 account. On 2 account-days spillover left its usual range. 1 of these are not sure; the table says why.",
    );
    expect(words).toContain(
      "not sure: missing readable log files of 2 account-Region-days before the range us-east-1 2026-09-09 12",
    );
    expect(words).toContain("2026-09-09 100000000001 90 above 2 to 31.5");
    expect(words).toContain("2026-09-11 100000000001 1 below 2 to 31.5");
    expect(words).toContain("First seen is first in the logs that are loaded");
  });

  it("is not claimed where nothing before the range is loaded", async () => {
    const words = await wordsOf("who", [firstSeenOf({ principals: [role("a")], knownSince: null })]);
    expect(words).toContain(
      "Nothing before the range is loaded, so everything looks new. What is new since a day within it: spillway report first-seen --from DAY .",
    );
    expect(words).toContain("· first call in these logs 2026-09-09");
    expect(words).not.toContain("first times");
  });

  it("says that nothing was", async () => {
    const words = await wordsOf("who", [firstSeenOf({ principals: [], knownSince: null })]);
    expect(words).toContain("No first time in a Region is known from these logs.");
  });
});

describe("peaks", () => {
  it("names the highest minute, what was throttled each way, and what cannot be shown", async () => {
    const words = await wordsOf("peaks", [peaksOf(["model-a", "model-b"])]);
    expect(words).toContain("At most 2,000 calls within a minute at 2026-09-01 09:30 UTC: eu-central-1, eu.model-a.");
    expect(words).toContain("Throttled: 4 of 2,000 (0.2%) through a profile, 60 of 600 (10.0%) of the direct calls.");
    expect(words).toContain("eu.model-a eu-central-1 · through a profile 3 40 2,000 75.0% 25.0%");
    expect(words).toContain("model-a eu-central-1 · direct 3 40 500 – –");
    // direct before 28 %, since 1 %, through the profile 2 of 1,000
    expect(words).toContain("model-a eu-central-1 28.0% 1.0% 0.2% 32");
    expect(words).toContain("quotas are not in CloudTrail");
  });

  it("has no call to show, and says so", async () => {
    expect(await wordsOf("peaks", [peaksOf([])])).toContain("No call of a model is in these logs.");
  });
});

describe("freshness", () => {
  const logs: MadeReport = {
    name: "coverage",
    rows: [{ account_id: "1", region: "r", day: "2026-09-01", objects: 1n, records: 1n, gap: null }],
  };

  it("shows the silent ones first, each with its age", async () => {
    const words = await wordsOf("coverage", [logs, freshnessOf(["1", "2", "3"])]);
    expect(words).toContain("2 account-Regions of 3 have fallen silent (never delivered: 1 and stale: 1).");
    expect(words).toMatch(/2 eu-central-1 – never delivered 1 eu-central-1 31 d stale 3 eu-central-1 1\.0 h fresh/);
  });

  it("draws nothing where all are fresh", async () => {
    const one = freshnessOf(["1", "2", "3"]);
    const words = await wordsOf("coverage", [logs, { ...one, rows: one.rows.slice(2) }]);
    expect(words).toContain("The newest log file of each of 1 account-Region is fresh.");
    expect(words).not.toContain("Age of the newest log file");
  });

  it("is that of the end of the range where that is past, and of the clock where it is not", async () => {
    const one = freshnessOf(["1", "2", "3"]);
    const reports = [logs, { ...one, rows: one.rows.slice(2) }];
    const past = { to: "2026-09-15T00:00:00.000Z", asOf: "2026-11-26T00:00:00.000Z" };
    expect(await wordsOf("coverage", reports, past)).toContain("1 account-Region was fresh at the end of the range.");
    const running = { to: past.asOf, asOf: past.to };
    expect(await wordsOf("coverage", reports, running)).toContain("1 account-Region is fresh.");
  });
});

it("routes that do not fit are counted by what is wrong, and marked as elsewhere on the page", async () => {
  const words = await wordsOf("denied", [driftOf(["eu.x"])]);
  expect(words).toContain(
    "Of 4 routes from a profile’s source to a destination, of which one may be in several counts: 1 declared and blocked, 1 denied, 1 ran in an unknown Region and 1 used and outside the boundary.",
  );
  expect(words).toContain("eu-central-1 → us-east-1 yes 9 0 ▲ used and outside the boundary");
  expect(words).toContain("eu-central-1 → unknown not known 9 0 ? ran in an unknown Region");
  expect(words).toContain("yes 0 7 denied; declared and blocked");
  expect(words).toContain("No policy documents were given (--bundle): what they allow is not evaluated.");
  expect(words).not.toContain("No boundary was named");
});

it("what policies allow stands beside a route where they were asked", async () => {
  const made = driftOf(["eu.x"]);
  const judged = { ...made, rows: made.rows.map((row, index) => (index === 0 ? { ...row, allowed: "none" } : row)) };
  const references = [{ what: "policy documents", asOf: "2026-09-20" }];
  const words = await wordsOf("denied", [judged], { references, boundary: undefined });
  expect(words).toContain("Declared Allowed Served Denied");
  expect(words).toContain("us-east-1 yes none 9 0 ▲");
  expect(words).toContain("yes not evaluated 0 7 denied");
  expect(words).not.toContain("--bundle");
  expect(words).toContain("No boundary was named: no route is marked as outside of it.");
});

it("no route is not called a good one", async () => {
  const words = await wordsOf("denied", [driftOf([])]);
  expect(words).toContain("No route from a source Region to a destination is known.");
});

describe("tokens", () => {
  const tokensOf = (
    rows: readonly (readonly [region: string | null, input: bigint, without: bigint])[],
  ): MadeReport => ({
    name: "tokens-by-region",
    rows: rows.map(([region, input, without]) => ({
      served_region: region,
      invocations: 7n,
      input_tokens: input,
      output_tokens: 0n,
      without_count: without,
    })),
  });

  it("are not 0 where no call states them", async () => {
    const words = await wordsOf("tokens", [
      tokensOf([
        ["eu-north-1", 1200n, 1n],
        [null, 0n, 7n],
      ]),
    ]);
    expect(words).toContain("1,200 tokens in 6 calls that state them: 1,200 in, 0 out. 8 calls state none.");
    expect(words).toMatch(/eu-north-1 Sweden 1,200 0 1 /);
    expect(words).toMatch(/unknown – – 7 /);
  });

  it("are of no call where there is none", async () => {
    expect(await wordsOf("tokens", [tokensOf([])])).toContain("No served call is in these logs.");
  });
});

it("files without a record are not drawn as many records", async () => {
  const coverage = (records: bigint): MadeReport => ({
    name: "coverage",
    rows: [
      {
        account_id: "1",
        region: "r",
        day: "2026-09-01",
        objects: 1n,
        records,
        bedrock_events: 0n,
        digest_status: null,
        gap: null,
      },
    ],
  });
  const strip = async (records: bigint): Promise<string | undefined> => {
    const page = renderPage(
      await madePage([...reportsOf(calls).filter(({ name }) => name !== "coverage"), coverage(records)]),
    );
    const start = page.indexOf('<td class="strip-cell">');
    return /class="s(\d)/.exec(page.slice(start, page.indexOf("</td>", start)))?.[1];
  };
  expect([await strip(0n), await strip(9n)]).toEqual(["1", "4"]);
});

it("claims have their counts as the rest of the page, and dates and ids as they are", async () => {
  const page = renderPage(
    await madePage([
      ...reportsOf(calls),
      {
        name: "claims",
        columns: ["claim", "outcome", "numbers", "missing"],
        rows: [
          {
            claim: "complete",
            outcome: "not shown",
            numbers: "84 days (2026-09-01 to 2026-09-14), 1330 log files with 5577123 records",
            missing: "days: 2010 (222233334444 eu-central-1)",
          },
        ],
      },
    ]),
  );
  const words = page.replaceAll(/<[^>]*>/g, "");
  expect(words).toContain("84 days (2026-09-01 to 2026-09-14), 1,330 log files with 5,577,123 records");
  expect(words).toContain("Missing: days: 2,010 (222233334444 eu-central-1)");
  // a date and a Region stay on one line
  expect(page).toContain('<span class="keep">2026-09-01</span>');
  expect(page).toContain('<span class="keep">eu-central-1</span>');
});

describe("a coverage that is too long for the page", () => {
  const rowsOf = (count: number, gapsAt: readonly number[]): MadeRow[] =>
    Array.from({ length: count }, (_, index) => ({
      account_id: String(100_000_000_000 + index),
      region: "eu-central-1",
      day: "2026-09-01",
      objects: 1n,
      records: 1n,
      bedrock_events: 0n,
      digest_status: "not checked",
      gap: gapsAt.includes(index) ? "no file" : null,
    }));
  const shown = async (rows: readonly MadeRow[]): Promise<(string | undefined)[][]> => {
    const page = renderPage(
      await madePage([...reportsOf(calls).filter(({ name }) => name !== "coverage"), { name: "coverage", rows }]),
    );
    const table = readTables(page).get("coverage");
    const at = table?.columns.indexOf("account_id") ?? -1;
    expect(page.includes("The rows with a gap stand first.")).toBe((table?.rows.length ?? 0) < rows.length);
    return (table?.rows ?? []).map((row) => [row[at]?.text, row.at(-1)?.text]);
  };

  it("shows the days with a gap first, those beyond the kept rows too", async () => {
    const rows = await shown(rowsOf(7000, [3, 4999, 5001, 6999]));
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.length).toBeLessThan(7000);
    expect(rows.slice(0, 5)).toEqual([
      ["100000000003", "no file"],
      ["100000004999", "no file"],
      ["100000005001", "no file"],
      ["100000006999", "no file"],
      ["100000000000", "–"],
    ]);
  });

  it("keeps the report's order where all of it fits", async () => {
    const rows = await shown(rowsOf(50, [7]));
    expect(rows.map(([account]) => account)).toEqual(rowsOf(50, []).map(({ account_id: account }) => account));
  });
});
