/** The guide to the reports: it names each one, and nothing that is none. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { loadCatalogue } from "../../src/report/catalogue.ts";

it("has each report of the catalogue in its table, in order", () => {
  const guide = readFileSync(new URL("../../docs/reports.md", import.meta.url), "utf8");
  const rows = [...guide.matchAll(/^\| (`.*?) \|/gm)].map(([, cell = ""]) => cell);
  const names = rows.flatMap((cell) => [...cell.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name));
  expect(names).toEqual([...loadCatalogue().keys()]);
});
