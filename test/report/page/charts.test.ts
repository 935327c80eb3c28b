/** What charts draw is what the data say: heights, widths, shapes and the sentences above them. */
import { describe, expect, it } from "vitest";
import { columnsChart } from "../../../src/report/page/charts/columns-chart.ts";
import { flowChart } from "../../../src/report/page/charts/flow-chart.ts";
import { heatStrip } from "../../../src/report/page/charts/heat-strip.ts";
import { bar, kindOf, rateBar } from "../../../src/report/page/charts/kinds.ts";
import { renderPage } from "../../../src/report/page/page.ts";
import { dayMs } from "../../../src/day.ts";
import { periodFor, startsBetween } from "../../../src/report/page/sections/periods.ts";
import { type MadeCall, type MadeReport, madePage, reportsOf } from "./made-up.ts";

const role = (name: string): string => `arn:aws:iam::111122223333:role/${name}`;

const call = (served: string | null, calls: number, changes: Partial<MadeCall> = {}): MadeCall => ({
  day: 0,
  source: "eu-central-1",
  served,
  principal: role("a"),
  calls,
  ...changes,
});

/** Attributes of every element of a tag, by group or class. */
function attributes(markup: string, pattern: RegExp): Record<string, string>[] {
  return [...markup.matchAll(pattern)].map(([tag]) =>
    Object.fromEntries([...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value])),
  );
}

/** The text of a section's first paragraph. */
const finding = (page: string, id: string): string =>
  (new RegExp(`<section id="${id}".*?<p class="finding">(.*?)</p`, "s").exec(page)?.[1] ?? "")
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();

describe("kinds", () => {
  it.each([
    [null, "eu-west-1", ["eu-west-1"], "unknown"],
    [null, "eu-west-1", undefined, "unknown"],
    ["us-east-1", "us-east-1", ["eu-west-1"], "outside"],
    ["us-east-1", "us-east-1", undefined, "local"],
    ["eu-west-1", "eu-west-1", ["eu-west-1"], "local"],
    ["eu-west-1", "us-east-1", ["eu-west-1"], "elsewhere"],
    ["eu-west-1", null, undefined, "elsewhere"],
  ] as const)("served in %s, called in %s, boundary %j: %s", (served, source, boundary, kind) => {
    expect(kindOf(served, source, boundary)).toBe(kind);
  });
});

describe("columns", () => {
  const chart = columnsChart({
    id: "c",
    title: "t",
    description: "d",
    kinds: ["outside", "unknown", "local"],
    columns: [
      { label: "1 Sep", parts: { outside: 50, unknown: 0, local: 50 } },
      { label: "2 Sep", parts: { outside: 1, unknown: 25, local: 0 } },
      { label: "3 Sep", parts: {} },
      { label: "4 Sep", parts: { outside: 0.1 } },
    ],
  }).markup;
  const group = (kind: string): Record<string, string>[] =>
    attributes(new RegExp(`<g class="${kind}"[^>]*>(.*?)</g`, "s").exec(chart)?.[1] ?? "", /<rect\s[^>]*>/g);

  it("are as high as their counts, one upon the other, and a trace shows a hair", () => {
    // 0 to 100 is 200 pixels, from 212 up to 12
    expect(group("outside").map(({ y, height }) => [y, height])).toEqual([
      ["112", "100"],
      ["210", "2"],
      ["210.5", "1.5"],
    ]);
    expect(group("unknown").map(({ y, height }) => [y, height])).toEqual([["160", "50"]]);
    expect(group("local").map(({ y, height }) => [y, height])).toEqual([["12", "100"]]);
  });

  it("have an axis whose lines stand where their numbers are", () => {
    const ticks = [...chart.matchAll(/y1="([\d.]+)"[^>]*>\s*<text[^>]*>(\d+)<\/text/g)].map(([, y, text]) => [
      Number(text),
      Number(y),
    ]);
    expect(ticks.length).toBeGreaterThan(2);
    for (const [value = 0, y = 0] of ticks) expect(y).toBeCloseTo(212 - 2 * value, 1);
  });
});

describe("flow", () => {
  it("ribbons and nodes are as thick as their calls are many", () => {
    const ribbons = [
      { source: "a", served: "x", calls: 60, kind: "local" },
      { source: "a", served: "y", calls: 30, kind: "outside" },
      { source: "b", served: "x", calls: 10, kind: "elsewhere" },
    ] as const;
    const chart = flowChart({
      id: "f",
      title: "t",
      description: "d",
      sources: ["a", "b"],
      served: ["x", "y"],
      ribbons,
    }).markup;
    const nodes = attributes(chart, /<rect\s[^>]*>/g).map(({ height, class: kind }) => [kind, Number(height)]);
    // 100 calls are 210 pixels
    expect(nodes).toEqual([
      ["source", 189],
      ["source", 21],
      ["local", 147],
      ["outside", 63],
    ]);
    const paths = attributes(chart, /<path\s[^>]*>/g);
    const thickness = paths.map(({ d = "" }) => {
      const ys = [...d.matchAll(/(?:M|L)(?:0|100),([\d.]+)/g)].map(([, y]) => Number(y));
      return Math.round(Math.abs((ys[0] ?? 0) - (ys.at(-1) ?? 0)));
    });
    expect(paths.map(({ class: kind }) => kind)).toEqual(["local ribbon", "outside ribbon", "elsewhere ribbon"]);
    expect(thickness.every((value) => value >= 0)).toBe(true);
    expect(chart.match(/<tspan class="count">(\d+)<\/tspan/g)?.map((tag) => tag.replaceAll(/\D/g, ""))).toEqual([
      "90",
      "10",
      "70",
      "30",
    ]);
  });
});

describe("labels of the flow", () => {
  const chartOf = (served: string, calls: number): string =>
    flowChart({
      id: "f",
      title: "t",
      description: "d",
      sources: ["a"],
      served: [served],
      ribbons: [{ source: "a", served, calls, kind: "outside" }],
    }).markup;

  it.each([
    ["us-east-1", 5, "short"],
    ["ap-northeast-1", 999, "middling"],
    ["ap-northeast-1", 99_999_999, "long"],
  ])("of %s with %d calls stand beside it: %s", (served, calls, room) => {
    expect(chartOf(served, calls)).toContain(`<div class="gutter ${room}">`);
  });

  it("lie upon the ribbons where a name is longer than any Region's", () => {
    const chart = chartOf("x".repeat(40), 5);
    expect(chart).not.toContain("gutter");
    expect(chart).toMatch(/dx="-16"[^>]*class="node end"/s);
  });
});

describe("bars", () => {
  const width = (markup: string): string | undefined => attributes(markup, /<rect\s[^>]*>/g).at(-1)?.["width"];
  it.each([
    [0, "0%"],
    [0.0001, "0.6%"],
    [0.5, "50%"],
    [1, "100%"],
    [2, "100%"],
  ])("a share of %d is %s wide", (share, wide) => {
    expect(width(bar(share, "local").markup)).toBe(wide);
  });
  it("a rate has its whole behind it", () => {
    expect(
      attributes(rateBar(0.25, "elsewhere").markup, /<rect\s[^>]*>/g).map(({ width: wide, class: kind }) => [
        kind,
        wide,
      ]),
    ).toEqual([
      ["track", "100%"],
      ["elsewhere", "25%"],
    ]);
  });
});

describe("heat map", () => {
  it("cells differ by shape, each at its place", () => {
    const cells = [
      { kind: "full", shade: 4 },
      { kind: "partial", shade: 2, title: "a" },
      { kind: "gone", shade: 0, title: "b" },
      { kind: "empty", shade: 0, title: "c" },
      { kind: "unlisted", shade: 0, title: "d" },
      { kind: "outside-span", shade: 0 },
    ] as const;
    const strip = heatStrip(cells, "l").markup;
    const drawn = attributes(strip, /<rect\s[^>]*>/g).map(({ x = "", class: kind, height }) => [
      Math.floor(Number.parseFloat(x) / (100 / 6)),
      kind,
      height,
    ]);
    expect(drawn).toEqual([
      [0, "s4", "18"],
      [1, "hole", "18"],
      [1, "s2", "9"],
      [2, "hole", "18"],
      [2, "s2", "2"],
      [3, "gap", "18"],
      [4, "unlisted", "18"],
    ]);
    expect(strip.match(/<title>/g)).toHaveLength(4);
  });

  it("draws the days of the report, gap by gap, and counts them", async () => {
    const row = (account: string, day: number, gap: string | null) => ({
      account_id: account,
      region: "eu-west-1",
      day: new Date(Date.UTC(2026, 8, day)).toISOString().slice(0, 10),
      objects: gap === "no file" ? 0n : 1n,
      records: gap === "no file" ? 0n : 10n,
      bedrock_events: 0n,
      digest_status: "not checked",
      gap,
    });
    const coverage: MadeReport = {
      name: "coverage",
      rows: [
        row("1", 1, null),
        row("1", 2, "no file"),
        row("1", 3, "never delivered"),
        row("1", 4, "quarantined"),
        row("1", 5, "pruned"),
        row("1", 6, "not listed"),
        row("2", 3, null),
      ],
    };
    const page = renderPage(await madePage([coverage, { name: "denials", rows: [] }]));
    const lines = [...page.matchAll(/<svg class="strip"[^>]*aria-label="(\d) [^"]*"[^>]*>(.*?)<\/svg>/gs)].map(
      ([, account, inner]) => [
        account,
        attributes(inner ?? "", /<rect\s[^>]*>/g)
          .map(({ class: kind }) => kind)
          .join(" "),
      ],
    );
    expect(lines).toEqual([
      ["1", "s4 gap gap hole s4 hole s2 unlisted"],
      ["2", "s4"],
    ]);
    expect(finding(page, "coverage")).toBe(
      "5 account-Region-days with a gap, in 2 account-Regions (never delivered: 1, no file: 1, not listed: 1, pruned: 1 and quarantined: 1).",
    );
  });
});

describe("periods", () => {
  const at = (text: string): number => Date.parse(`${text}T00:00:00Z`);
  it.each([
    ["2026-09-01", "2026-09-01", "day", 1],
    ["2026-09-01", "2026-11-01", "day", 62],
    ["2026-09-01", "2026-11-02", "week", 10],
    ["2026-01-01", "2027-03-20", "month", 15],
  ])("%s to %s: %s by %s", (first, last, kind, count) => {
    const period = periodFor(at(first), at(last));
    expect(period.kind).toBe(kind);
    expect(startsBetween(period, at(first), at(last), 1000)).toHaveLength(count);
  });

  it("weeks start on Monday, also before 1970; months on their first day", () => {
    const week = periodFor(0, 100 * dayMs);
    for (const day of ["2026-09-07", "1969-12-29", "1970-01-05"]) {
      expect(new Date(at(day)).getUTCDay()).toBe(1);
      for (let later = 0; later < 7; later++) expect(week.startOf(at(day) + later * dayMs + 1)).toBe(at(day));
    }
    const month = periodFor(0, 1000 * dayMs);
    expect(month.next(month.startOf(at("2026-12-31")))).toBe(at("2027-01-01"));
  });

  it("of a range that is too long the latest are kept", () => {
    const period = periodFor(0, 0);
    expect(startsBetween(period, 0, 9 * dayMs, 3)).toEqual([7 * dayMs, 8 * dayMs, 9 * dayMs]);
  });
});

describe("sentences above the charts", () => {
  const calls = [
    call("us-east-1", 3),
    call("us-east-1", 9, { day: 1, principal: role("b") }),
    call("eu-north-1", 4, { day: 1 }),
    call("eu-central-1", 4),
    call(null, 2),
    call("mars-1", 1, { principal: role("b") }),
  ];

  it("say what the tables say, with a boundary", async () => {
    const page = renderPage(await madePage(reportsOf(calls)));
    expect(finding(page, "flow")).toBe(
      "Through a profile, 81.0% of 21 calls with a known Region ran outside the Region that was called; 2 more are unknown and in no rate.",
    );
    expect(finding(page, "places")).toBe(
      "Processed in 4 Regions of 3 countries, 1 Region of no known country among them: United States 57.1%, European Union 38.1% and Region not in the reference data 4.8%.",
    );
    expect(finding(page, "outside")).toBe("13 calls ran outside eu, sent by 2 principals.");
    expect(finding(page, "time")).toBe(
      "61.9% of 21 calls with a known Region ran outside eu; 2 more are unknown. The most on 2026-09-02: 9 of 13.",
    );
    expect(finding(page, "who")).toBe(
      "2 principals of 2, in 1 account, sent 17 calls that ran outside the Region that was called; where 2 calls through a profile ran is unknown.",
    );
    expect(finding(page, "models")).toBe(
      "1 of 1 combination of profile and model ran outside the Region that was called; where 2 calls through a profile ran is unknown.",
    );
  });

  it("and without one", async () => {
    const reports = reportsOf(calls).filter(({ name }) => !name.startsWith("boundary-"));
    const page = renderPage(await madePage(reports, { boundary: undefined }));
    expect(finding(page, "time")).toBe(
      "81.0% of 21 calls with a known Region ran outside the Region that was called; 2 more are unknown. The most on 2026-09-02: 13 of 13.",
    );
    expect(page).not.toContain("▲");
  });

  it("count those who spill, not all who call", async () => {
    const local = call("eu-central-1", 7, { principal: role("stays") });
    const page = renderPage(await madePage(reportsOf([call("us-east-1", 3), local])));
    expect(finding(page, "who")).toBe(
      "1 principal of 2, in 1 account, sent 3 calls that ran outside the Region that was called.",
    );
  });

  it("promise nothing where there is nothing", async () => {
    const page = renderPage(await madePage(reportsOf([])));
    expect(finding(page, "outside")).toBe("There is no served call: that nothing ran outside eu is not shown.");
    expect(finding(page, "blind")).toBe("There is not one log file in the range: nothing could be seen.");
    expect(finding(page, "coverage")).toBe("There is not one log file in the range.");
    const unknown = renderPage(await madePage(reportsOf([call(null, 5)])));
    expect(finding(unknown, "time")).toBe("No call is known to have run outside eu on any day; 5 are unknown.");
    expect(finding(unknown, "flow")).toBe("No call through a profile has a known Region; 5 are unknown.");
    expect(finding(unknown, "outside")).toBe(
      "Nothing is known to have run outside eu; where 5 calls ran is unknown. That is a promise only together with the coverage and with what could not be seen.",
    );
    expect(finding(unknown, "who")).toBe(
      "No call of 1 principal, in 1 account, is known to have run outside the Region that was called; where 5 calls through a profile ran is unknown.",
    );
    expect(finding(unknown, "models")).toBe(
      "No call of 1 combination of profile and model is known to have run outside the Region that was called; where 5 calls through a profile ran is unknown.",
    );
    expect(unknown).toContain("none is known to have spilled");
    expect(unknown).not.toContain("with the most spilled calls");
    const local = renderPage(await madePage(reportsOf([call("eu-central-1", 5)])));
    expect(finding(local, "who")).toBe("No call of 1 principal, in 1 account, ran outside the Region that was called.");
  });
});
