import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { pageLimit, renderPage } from "../../../src/report/page/page.ts";
import { type MadeCall, type MadeReport, head, madePage, reportsOf } from "./made-up.ts";

const role = (number: number, name = `app-${number}`): string =>
  `arn:aws:iam::${String(100_000_000_000 + (number % 50))}:role/${name}`;

const call = (served: string | null, calls: number, changes: Partial<MadeCall> = {}): MadeCall => ({
  day: 0,
  source: "eu-central-1",
  served,
  principal: role(1),
  calls,
  ...changes,
});

const logs: MadeReport = {
  name: "coverage",
  rows: [
    {
      account_id: "100000000001",
      region: "eu-central-1",
      day: "2026-09-01",
      objects: 3n,
      records: 9n,
      bedrock_events: 1n,
      gap: null,
    },
  ],
};

const claim = (outcome: string): MadeReport => ({
  name: "claims",
  columns: ["claim", "outcome", "numbers", "missing"],
  rows: [{ claim: "inside-boundary", outcome, numbers: "4 of 4", missing: null }],
});

/** A page's text between two tags, without the tags in it. */
function textOf(page: string, from: string, to: string): string {
  const start = page.indexOf(from);
  expect(start, from).toBeGreaterThan(0);
  const inner = page.slice(start + from.length, page.indexOf(to, start));
  return inner
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}

async function answer(reports: readonly MadeReport[], changes = {}): Promise<string> {
  return textOf(renderPage(await madePage(reports, changes)), '<p class="answer">', "</p>");
}

const without = (reports: readonly MadeReport[], ...names: readonly string[]): MadeReport[] =>
  reports.filter((report) => !names.includes(report.name));

describe("the answer", () => {
  it("names what ran outside, and what is unknown, in one sentence", async () => {
    const calls = [call("us-east-1", 3), call("eu-north-1", 10), call(null, 2)];
    expect(await answer(reportsOf(calls))).toBe(
      "3 calls of 13 with a known Region ran outside the boundary eu; where 2 more ran is unknown.",
    );
  });

  it("says that all ran inside only where the claim is met", async () => {
    const reports = reportsOf([call("eu-north-1", 4)]);
    expect(await answer([claim("met"), ...reports])).toBe("All 4 served calls ran inside the boundary eu.");
    const careful = "None of 4 calls with a known Region ran outside the boundary eu. That no call did is not shown.";
    expect(await answer([claim("not shown"), ...reports])).toBe(careful);
    expect(await answer(reports)).toBe(careful);
  });

  it("compares with the source Region where there is no boundary", async () => {
    const reports = without(
      reportsOf([call("us-east-1", 3), call("eu-central-1", 10), call(null, 1)]),
      "boundary-violations",
      "boundary-timeline",
    );
    expect(await answer(reports, { boundary: undefined })).toBe(
      "Of 13 calls with a known Region, 3 ran outside the Region that was called; where 1 more ran is unknown.",
    );
  });

  it("tells no data from no call", async () => {
    expect(await answer(reportsOf([]))).toBe(
      "No served call is in these logs: there is not one log file of what was asked for, so nothing is shown.",
    );
    expect(await answer([...without(reportsOf([]), "coverage"), logs])).toBe(
      "No served call is in these logs, of which there are 3 files.",
    );
  });

  it("does not call the unknown anything else", async () => {
    const page = renderPage(await madePage(reportsOf([call(null, 7)])));
    expect(textOf(page, '<p class="answer">', "</p>")).toBe("Where 7 served calls ran is unknown.");
    expect(page).not.toContain('class="outside-text"');
    expect(page).not.toMatch(/<(?:path|g) class="(?:local|elsewhere|outside)/);
  });

  it("is the report's question on the page of one report", async () => {
    const [report] = reportsOf([call("eu-north-1", 4)]);
    expect(await answer(report === undefined ? [] : [report])).toBe(
      "Where did the inference of each source Region run?",
    );
  });
});

describe("the page", () => {
  const hostile = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "$& $` $' $1",
    "\"quoted\" 'single'",
    "\u202Eover",
    "مرحبا",
    "👩‍👩‍👧‍👦",
    "a\u0000b\u001B[31m",
    '=HYPERLINK("http://x","y")',
    "x".repeat(3000),
    "line\nbreak\ttab",
    "",
    "\uD83D",
    "--><!--",
    "&amp;",
    "]]>",
  ];
  const hostilePage = () =>
    madePage(
      [
        ...reportsOf(
          hostile.map((text, index) => ({
            day: index,
            source: text,
            served: index % 4 === 0 ? text : "eu-north-1",
            principal: text,
            calls: index + 1,
          })),
        ),
        {
          name: 'own <report> & "x"',
          title: "Own </title><script>",
          answers: "Why </style>?",
          columns: ["a b", "<b>", "constructor"],
          rows: hostile.map((text) => ({ "a b": text, "<b>": text, constructor: text })),
          sql: "SELECT '</pre></script>' -- $& \u202E",
        },
      ],
      { boundary: { name: "</script>\"'<b>", regions: ["eu-north-1", "<i>"] }, engine: "<engine>" },
    );

  it("has no tag, attribute or address that a text brought in", async () => {
    const page = renderPage(await hostilePage());
    // style and script are constants: their hashes are in the policy
    const body = page
      .replace(/<style>.*?<\/style>/s, "")
      .replace(/<script>(?:(?!<\/script>).)*<\/script>\n<\/body>/s, "");
    const tags = new Set([...body.matchAll(/<([a-z!][a-z0-9]*)/g)].map(([, tag]) => tag));
    const own =
      "!doctype html head meta title body a svg defs pattern rect circle header p span div nav ol li main h1 h2 h3 strong dl dt dd details summary section figure figcaption ul desc line text g path tspan table caption thead tbody tr th td pre code footer";
    expect([...tags].filter((tag) => !own.split(" ").includes(tag ?? ""))).toEqual([]);
    expect(body).not.toMatch(/<[^>]*\s(?:on\w+|style|src|srcdoc|formaction)=/);
    expect(
      [...body.matchAll(/href="([^"]*)"/g)]
        .map(([, target]) => target)
        .filter((target) => !/^#[\w%-]+$/.test(target ?? "")),
    ).toEqual([]);
  });

  it("links to what is there, and has no id twice", async () => {
    for (const page of [
      renderPage(await hostilePage()),
      renderPage(await madePage(reportsOf([call("us-east-1", 1)]))),
    ]) {
      const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
      expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
      const targets = [...page.matchAll(/href="#([^"]*)"|aria-labelledby="([^"]*)"/g)].flatMap(
        ([, link, labels]) => link ?? labels?.split(" ") ?? [],
      );
      expect(targets.length).toBeGreaterThan(10);
      expect(targets.filter((target) => !ids.includes(target))).toEqual([]);
    }
  });

  it("allows nothing but its own style and script, by hash, before anything else", async () => {
    const page = renderPage(await hostilePage());
    const hash = (pattern: RegExp): string =>
      createHash("sha256")
        .update(pattern.exec(page)?.[1] ?? "")
        .digest("base64");
    const style = hash(/<style>(.*?)<\/style>/s);
    const script = hash(/<script>((?:(?!<\/script>).)*)<\/script>\n<\/body>/s);
    expect(page).toContain(
      `<head>\n<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${style}'; script-src 'sha256-${script}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(page).not.toMatch(/\sstyle=/);
  });

  it("is the same bytes for the same data", async () => {
    expect(renderPage(await hostilePage())).toBe(renderPage(await hostilePage()));
  });

  it("says where the rest of a shortened table stands", async () => {
    const data = await madePage(
      reportsOf(Array.from({ length: 3000 }, (_, index) => call("eu-north-1", 1, { principal: role(index) }))),
    );
    const whole = { file: "rows/principals.csv", sha256: "ab".repeat(32) };
    const tables = data.tables.map((table) => (table.name === "spillover-by-principal" ? { ...table, whole } : table));
    const page = renderPage({ ...data, tables });
    const shown = Number(
      /Spillover by principal: the first ([\d,]+) of 3,000 rows/.exec(page)?.[1]?.replaceAll(",", ""),
    );
    expect(shown).toBeGreaterThan(50);
    expect(page).toContain(
      `${(3000 - shown).toLocaleString("en-US")} more rows not shown here. All of them are in <code>${whole.file}</code>, SHA-256`,
    );
    expect(page).toContain(whole.sha256);
    const rows = /data-report="spillover-by-principal".*?<tbody>(.*?)<\/tbody>/s.exec(page)?.[1] ?? "";
    expect(rows.split("<tr>").length - 1).toBe(shown);
    expect(renderPage(data)).toContain("All of them: <code>spillway report spillover-by-principal --format csv</code>");
  });

  it("says in its place what an engine cannot know", async () => {
    const why = "Athena keeps no ledger.";
    expect(renderPage(await madePage(reportsOf([call("eu-north-1", 1)]), { unknowable: { coverage: why } }))).toContain(
      `<p class="note unknowable">${why}</p>`,
    );
  });

  it("gives a report that it does not know a section of its own", async () => {
    const page = renderPage(
      await madePage([
        ...reportsOf([]),
        { name: "mine", title: "My report", answers: "What is mine?", columns: ["a"], rows: [{ a: "x" }] },
      ]),
    );
    expect(textOf(page, '<section id="report-mine"', "</section>")).toContain("My report What is mine?");
  });
});

describe("the size of the page", () => {
  const long = (index: number): string => `${index}${"ü".repeat(199)}`;

  it("keeps its limit with many of everything", async () => {
    const calls = Array.from({ length: 20_000 }, (_, index) =>
      call(index % 97 === 0 ? null : long(index % 300), 1, {
        day: index % 4000,
        source: long(index % 70),
        principal: role(index, long(index)),
      }),
    );
    const coverage = Array.from({ length: 30_000 }, (_, index) => ({
      account_id: String(index % 300),
      region: long(index % 300),
      day: new Date(Date.UTC(2020, 0, 1 + Math.floor(index / 300) * 20)).toISOString().slice(0, 10),
      objects: 1n,
      records: BigInt(index),
      gap: index % 7 === 0 ? "no file" : null,
    }));
    const page = renderPage(
      await madePage([...without(reportsOf(calls), "coverage"), { name: "coverage", rows: coverage }]),
    );
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(pageLimit);
    expect(page).toContain('<h2 id="method-h">');
  });

  it("keeps its limit with hundreds of reports of the user's own, long SQL and wide tables, each name at its longest", async () => {
    const names = Array.from({ length: 90 }, (_, column) => `${column}${"\u{E0041}".repeat(200)}`);
    const own = Array.from({ length: 500 }, (_, index): MadeReport => ({
      name: `own-${index}`,
      title: "\u{E0041}".repeat(300),
      answers: "\u{E0041}".repeat(3000),
      columns: names,
      rows: Array.from({ length: 2 }, () => Object.fromEntries(names.map((column) => [column, long(1)]))),
      sql: `SELECT '${"x".repeat(30_000)}'`,
    }));
    const page = renderPage(await madePage(own));
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(pageLimit);
    expect(page).toContain("own-0");
    expect(page).toMatch(/there are too many reports/);
    expect(page).toMatch(/<li>\d+ more<\/li>/);
  });

  it("gives the matrix the gravest mark where calls of several kinds are folded into one cell", async () => {
    const inside = Array.from({ length: 60 }, (_, index) => `zz-${index}`);
    const calls = [...inside.map((region) => call(region, 100)), call("us-east-1", 1)];
    const boundary = { name: "zz", regions: inside };
    const page = renderPage(await madePage(reportsOf(calls, inside), { boundary }));
    const row = /<th scope="row">all others<\/th>(.*?)<\/tr>/s.exec(page)?.[1] ?? "";
    expect(row).toContain("m-outside");
    expect(row.replaceAll(/<[^>]*>/g, " ")).toContain("▲ 1,601");
  });

  it("shows thousands of rows where there is one report", async () => {
    const report = reportsOf(
      Array.from({ length: 3000 }, (_, index) => call("eu-north-1", 1, { principal: role(index) })),
    ).find(({ name }) => name === "spillover-by-principal");
    const page = renderPage(await madePage(report === undefined ? [] : [report], { boundary: head.boundary }));
    expect(page).toContain("Spillover by principal: 3,000 rows");
  });
});
