/** The page from the command line: its numbers are those of the JSON format, its files are whole. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { writeDemoOrganization } from "../../src/demo/organization.ts";
import { loadCatalogue } from "../../src/report/catalogue.ts";
import { visibleText } from "../../src/report/page/markup/visible-text.ts";
import { cut } from "../../src/report/value-text.ts";
import { readTables, said } from "../report/page/read-back.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { putFile } from "../support/trail-files.ts";

const root = temporaryFolder();
const warehouse = join(root, "w.duckdb");
const catalogue = loadCatalogue();
const scope = ["--boundary", "eu", "--from", "2026-09-02"];

beforeAll(async () => {
  await writeDemoOrganization(join(root, "logs"));
  expect((await runCli(["ingest", join(root, "logs"), "--warehouse", warehouse])).code).toBe(0);
});

const report = (...args: string[]): ReturnType<typeof runCli> => runCli(["report", ...args, "--warehouse", warehouse]);

async function jsonOf(name: string, ...flags: string[]): Promise<Record<string, unknown>[]> {
  const run = await report(name, ...flags, "--format", "json");
  expect(run.code).toBe(0);
  return JSON.parse(run.stdout) as Record<string, unknown>[]; // our own JSON format: an array of objects
}

const shown = (text: string): string => visibleText(cut(text, 300));

/** All cells of a page's table beside those of the JSON. */
function compare(page: string, name: string, rows: readonly Record<string, unknown>[]): void {
  const table = readTables(page).get(name);
  // JSON without a row names no column
  const columns =
    rows[0] === undefined ? catalogue.get(name)?.columns.map((column) => column.name) : Object.keys(rows[0]);
  expect(table?.columns).toEqual(columns);
  expect(table?.rows.length).toBe(rows.length);
  const cells = rows.flatMap((row, index) =>
    Object.values(row).map((value, column) => {
      const cell = table?.rows[index]?.[column];
      return cell === undefined ? ["", String(value)] : said(cell, value, shown);
    }),
  );
  expect(cells.map(([read]) => read)).toEqual(cells.map(([, wanted]) => wanted));
}

it("the overview has the rows of every report, as the JSON format has them", async () => {
  const file = join(root, "report.html");
  const run = await report(...scope, "--format", "html", "--output", file);
  expect(run).toMatchObject({ code: 0, stdout: "", stderr: `wrote ${file}\n` });
  const page = readFileSync(file, "utf8");
  const tables = [...readTables(page).keys()];
  expect(tables.toSorted()).toEqual([...catalogue.keys()].filter((name) => name !== "region-flow").toSorted());
  for (const name of tables) compare(page, name, await jsonOf(name, ...scope));
  expect(page.replaceAll(/<[^>]*>/g, "")).toContain("2026-09-02 until the end, UTC");
});

it("does not call it no gap that nothing is compared", async () => {
  const page = (await report(...scope, "--format", "html")).stdout;
  const words = "No invocation log was loaded: nothing is compared, which is not the same as no gaps.";
  expect(page.split(words)).toHaveLength(2);
  expect(page.indexOf(words)).toBeGreaterThan(page.indexOf('id="report-invocation-log-gaps"'));
});

/** The page's text without its own style, script and the SQL of the reports. */
const withoutCode = (page: string): string => page.replaceAll(/<(style|script|pre)\b.*?<\/\1>/gs, "");

describe("a page of one report says what the other formats say beside their rows", () => {
  const wordsOf = (page: string): string => page.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");

  it("that no invocation log is there to compare with", async () => {
    const page = (await report("invocation-log-gaps", ...scope, "--format", "html")).stdout;
    expect(wordsOf(page)).toContain(
      "Not shown. No invocation log was loaded: nothing is compared, which is not the same as no gaps.",
    );
  });

  it("that no policy and no boundary is there to compare with", async () => {
    const words = wordsOf((await report("drift", "--format", "html")).stdout);
    expect(words).toContain("No policy documents were given (--bundle): what they allow is not evaluated.");
    expect(words).toContain("No boundary was named: no route is marked as outside of it.");
  });

  it.each(["peaks", "tokens-by-region", "first-seen"])("the limits of %s, once", async (name) => {
    const limits = catalogue.get(name)?.limits ?? "";
    expect(limits.length).toBeGreaterThan(40);
    for (const asked of [[name], []]) {
      const page = (await report(...asked, "--format", "html")).stdout;
      expect(wordsOf(withoutCode(page)).split(limits)).toHaveLength(2);
    }
  });

  it("that no call is of an account that was asked for, on the overview too", async () => {
    const sentence = "No call in the warehouse is of account 999999999999.";
    for (const name of [[], ["denials"]])
      expect(wordsOf((await report(...name, "--account", "999999999999", "--format", "html")).stdout)).toContain(
        sentence,
      );
    expect((await report("--format", "html")).stdout).not.toContain("caveat");
  });

  it.each([
    ["first-seen", "Nothing before the range is loaded, so everything looks new."],
    ["freshness", "account-Regions"],
    ["drift", "Routes with something to look at"],
    ["claims", "Everything ran inside the boundary"],
  ])("what the overview draws of %s", async (name, words) => {
    expect(wordsOf((await report(name, "--boundary", "eu", "--format", "html")).stdout)).toContain(words);
  });
});

it("the answer is that of the table", async () => {
  const page = (await report(...scope, "--format", "html")).stdout;
  const rows = await jsonOf("boundary-violations", ...scope);
  const outside = rows.reduce((sum, row) => sum + Number(row["invocations"]), 0);
  expect(page).toContain(`<strong class="outside-text">${outside.toLocaleString("en-US")} calls</strong> of`);
});

it.each([...catalogue.keys()])("a page of %s alone", async (name) => {
  const run = await report(name, ...scope, "--format", "html");
  expect(run.code).toBe(0);
  compare(run.stdout, name, await jsonOf(name, ...scope));
  expect(run.stdout).toContain(`<title>${catalogue.get(name)?.title} – Spillway</title>`);
});

it("says which reports are not on it, and why", async () => {
  const folder = join(root, "own");
  putFile(join(folder, "regions.sql"), "-- title: Regions\nSELECT region FROM region ORDER BY 1");
  const page = (await report("--from", "2026-09-02", "--reports", folder, "--format", "html")).stdout;
  const list = /not on this page<\/h3>(.*?)<\/ul>/s.exec(page)?.[1]?.replaceAll(/<[^>]*>/g, "") ?? "";
  expect(list).toMatch(/Boundary violations boundary-violations: it compares with a boundary, and none was given/);
  expect(readTables(page).get("regions")?.rows.length).toBeGreaterThan(30);
  const note = "have no effect on this report: it is shown whole.";
  expect(page.split(note)).toHaveLength(2);
  expect(page.slice(0, page.indexOf(note))).toMatch(/data-report="regions"(?:(?!data-report=).)*$/s);
  expect((await report("--reports", folder, "--format", "html")).stdout).not.toContain(note);
});

it("a query's page shows its rows and its SQL, whatever they are", async () => {
  const sql = `SELECT '</script><b>' AS "<i>", 12345678901234567890123 AS big, 1/3 AS third, NULL AS none, '' AS empty`;
  const run = await runCli(["query", sql, "--warehouse", warehouse, "--format", "html"]);
  expect(run).toMatchObject({ code: 0, stderr: "" });
  const table = readTables(run.stdout).get("query");
  expect(table?.columns).toEqual(["<i>", "big", "third", "none", "empty"]);
  expect(table?.rows[0]?.map((cell) => cell.text)).toEqual([
    "</script><b>",
    "12,345,678,901,234,567,890,123",
    "0.333333",
    "–",
    "(empty)",
  ]);
  expect(run.stdout).toContain("&lt;/script&gt;&lt;b&gt;&#39; AS &quot;&lt;i&gt;&quot;");
});

describe("personal data", () => {
  it("is protected on the page as everywhere, and the page says so", async () => {
    const run = await report("--format", "html", "--drop-personal");
    expect(run.stdout).toContain("<dt>Personal data</dt>\n<dd>replaced by numbers</dd>");
    const plain = await jsonOf("denials");
    const message = plain.map((row) => String(row["example_message"])).find((text) => text.includes("assumed-role"));
    const session = /assumed-role\/[^/\s]+\/(\S+)/.exec(message ?? "")?.[1] ?? "";
    expect(session.length).toBeGreaterThan(3);
    expect(run.stdout).not.toContain(session);
    expect((await report("--format", "html")).stdout).toContain(session);
    const keyed = await report("--format", "html", "--pseudonymise", "a key that is long enough for this");
    expect(keyed.stdout).toContain("<dt>Personal data</dt>\n<dd>replaced by a keyed hash</dd>");
    expect(keyed.stdout).not.toContain(session);
    for (const page of [run.stdout, keyed.stdout])
      for (const name of ["legacy-exporter", "BedrockAPIKey-ab12", "@"]) expect(withoutCode(page)).not.toContain(name);
  });
});

it("the same data make the same bytes, and no clock is in them", async () => {
  const pages = [await report(...scope, "--format", "html"), await report(...scope, "--format", "html")];
  expect(pages[0]?.stdout).toBe(pages[1]?.stdout);
  expect(pages[0]?.stdout).not.toContain(new Date().toISOString().slice(0, 10));
});

it("an overview in a format for rows is refused", async () => {
  const run = await report("--format", "csv");
  expect(run).toMatchObject({ code: 2, stdout: "" });
  expect(run.stderr).toMatch(/^error: the overview is text or html for people, not csv\nName a report/);
});

it("a scheduled run writes pages: the overview as text and as html, a report in both formats asked for", async () => {
  const folder = join(root, "scheduled");
  const config = putFile(
    join(folder, "spillway.json"),
    JSON.stringify({
      warehouse: "run.duckdb",
      sources: [join(root, "logs")],
      boundary: "eu",
      reports: [
        { name: ["overview", "denials"], format: ["html", "csv"], output: "both" },
        { name: "overview", format: "html", output: "page" },
        { name: "invocation-log-gaps", format: "html", output: "gaps" },
      ],
    }),
  );
  expect((await runCli(["run", "--config", config])).code).toBe(0);
  expect(readdirSync(join(folder, "both")).toSorted()).toEqual([
    "denials.csv",
    "denials.html",
    "overview.html",
    "overview.txt",
  ]);
  expect(readdirSync(join(folder, "page"))).toEqual(["overview.html"]);
  const page = readFileSync(join(folder, "page", "overview.html"), "utf8");
  expect(page).toBe(readFileSync(join(folder, "both", "overview.html"), "utf8"));
  compare(page, "denials", await jsonOf("denials"));
  compare(readFileSync(join(folder, "both", "denials.html"), "utf8"), "denials", await jsonOf("denials"));
  expect(readFileSync(join(folder, "gaps", "invocation-log-gaps.html"), "utf8")).toContain("nothing is compared");
  // the page says which boundary, as the config names it
  expect(page).toContain("<dt>Boundary</dt>\n<dd><strong>eu</strong>");
});

it("the demo writes a page and names it at its end", async () => {
  const folder = join(root, "demo");
  const run = await runCli(["demo", "--folder", folder]);
  expect(run.code).toBe(0);
  const file = join(folder, "report.html");
  expect(run.stderr).toContain(`The same as a page, with charts: open ${file} in a browser\n`);
  expect(readTables(readFileSync(file, "utf8")).get("boundary-violations")?.rows.length).toBe(25);
});
