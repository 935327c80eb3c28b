import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { dataDictionary, documentedTables } from "../../src/schema/data-dictionary.ts";

it("docs/data-dictionary.md says what the schema says", () => {
  const file = readFileSync(new URL("../../docs/data-dictionary.md", import.meta.url), "utf8");
  expect(file).toBe(dataDictionary());
});

it("every column has a meaning", () => {
  for (const table of documentedTables) {
    for (const column of table.columns) expect(`${table.name}.${column.name}: ${column.doc}`).toMatch(/: .+/);
  }
});
