import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { dataDictionary } from "../../scripts/dictionary-text.ts";
import { internalTables } from "../../src/schema/internal-tables.ts";
import { publicTables } from "../../src/schema/public-tables.ts";
import { reportViews } from "../../src/sql/report-views.ts";

const views = reportViews();

it("docs/data-dictionary.md says what the schema and the reports say", () => {
  const file = readFileSync(new URL("../../docs/data-dictionary.md", import.meta.url), "utf8");
  expect(file).toBe(dataDictionary(views));
});

it("every column of a table and of a view has a meaning", () => {
  expect(views.map(({ name }) => name)).toContain("boundary_violations");
  for (const relation of [...publicTables, ...internalTables, ...views]) {
    expect(relation.columns.length, relation.name).toBeGreaterThan(0);
    for (const column of relation.columns) expect(`${relation.name}.${column.name}: ${column.doc}`).toMatch(/: .+/);
  }
});
