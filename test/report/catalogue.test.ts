/** The proof of the catalogue: headers, a user's folder, and what is refused. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findReport, loadCatalogue, parseReport } from "../../src/report/catalogue.ts";
import { viewName } from "../../src/sql/report-reads.ts";

const folder = mkdtempSync(join(tmpdir(), "spillway-reports-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a report's header", () => {
  it("gives title, answers, needs and columns", () => {
    const text =
      "\uFEFF-- title: Mine\r\n-- answers: What: exactly?\r\n-- needs: boundary\r\n-- columns:\r\n--   a: first: one\r\n--   b: second\r\n-- a note: no column\r\nSELECT 1 AS a, 2 AS b;\r\n";
    const report = parseReport("mine", text);
    expect(report).toMatchObject({ name: "mine", title: "Mine", answers: "What: exactly?", needsBoundary: true });
    expect(report.columns).toEqual([
      { name: "a", doc: "first: one" },
      { name: "b", doc: "second" },
    ]);
    expect(report.sql.endsWith("SELECT 1 AS a, 2 AS b")).toBe(true);
  });

  it("may be missing", () => {
    expect(parseReport("mine", "SELECT 1")).toEqual({
      name: "mine",
      title: "mine",
      answers: "",
      limits: "",
      columns: [],
      needsBoundary: false,
      reads: [],
      sql: "SELECT 1",
    });
  });

  it.each([
    ["-- only a comment", /no SQL/],
    ["SELECT 1; DROP TABLE event", /more than one/],
  ])("%s is refused", (text, message) => {
    expect(() => parseReport("mine", text)).toThrow(message);
  });
});

describe("a user's folder", () => {
  it("adds reports; one that bears the name of ours is refused", () => {
    writeFileSync(join(folder, "mine.sql"), "SELECT 1");
    writeFileSync(join(folder, "README.md"), "no report");
    const catalogue = loadCatalogue([folder]);
    expect(catalogue.size).toBe(loadCatalogue().size + 1);
    expect(findReport(catalogue, "mine").sql).toBe("SELECT 1");
    writeFileSync(join(folder, "denials.sql"), "-- title: Ours\nSELECT 2");
    expect(() => loadCatalogue([folder])).toThrow(/denials\.sql bears the name of a report of Spillway's/);
    rmSync(join(folder, "denials.sql"));
  });

  it("that does not exist is named", () => {
    expect(() => loadCatalogue([join(folder, "nowhere")])).toThrow(/nowhere/);
  });
});

it("a view has the report's name with underscores, and finds the report too", () => {
  const report = findReport(loadCatalogue(), "spillover_by_region");
  expect([report.name, viewName(report.name)]).toEqual(["spillover-by-region", "spillover_by_region"]);
});

it("an unknown report names the known ones", () => {
  expect(() => findReport(loadCatalogue(), "spilover")).toThrow(
    expect.objectContaining({ code: "report-unknown", next: expect.stringContaining("coverage") as string }),
  );
});
