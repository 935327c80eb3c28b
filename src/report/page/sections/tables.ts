/** The sections that are a report's table and nothing else: those that the page does not know. */
import { html } from "../markup/html.ts";
import { amount } from "../markup/words.ts";
import { anchor } from "./report-table.ts";
import { type Section, type SectionInput, unknowable } from "./section.ts";

/** `shown`: what the other sections have. A known report whose section is missing comes here too. */
export function otherSections({ data, tableOf }: SectionInput, shown: ReadonlySet<string>): Section[] {
  const only = data.tables.length === 1;
  return data.tables
    .filter((table) => !shown.has(table.name))
    .map((table) => ({
      id: `report-${anchor(table.name)}`,
      title: table.title,
      finding: html`${table.answers === "" ? amount(table.total, "row") : table.answers}`,
      body: [unknowable(data, table.name), tableOf(table, only)],
    }));
}
