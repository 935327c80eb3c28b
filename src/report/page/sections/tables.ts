/** The sections of their own for everything else: reports that stand alone, and those that the page does not know. */
import type { PageData, ReportTable } from "../data/page-data.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount } from "../markup/words.ts";
import { firstSeenPart } from "./first-seen.ts";
import { freshPart } from "./fresh.ts";
import { logGapsPart } from "./log-gaps.ts";
import { anchor } from "./report-table.ts";
import { routesPart } from "./routes.ts";
import { type Part, type Section, type SectionInput, unknowable } from "./section.ts";

/** Beneath another section, as long as that is on the page too. */
const parts: ReadonlyMap<string, (data: PageData, tableOf: (table: ReportTable) => Markup) => Part | undefined> =
  new Map([
    ["first-seen", firstSeenPart],
    ["freshness", freshPart],
    ["drift", routesPart],
    ["invocation-log-gaps", logGapsPart],
  ]);

/** `shown`: what the other sections have. A known report whose section is missing comes here too. */
export function otherSections(input: SectionInput, shown: ReadonlySet<string>): Section[] {
  return input.data.tables.filter((table) => !shown.has(table.name)).map((table) => sectionOf(table, input));
}

function sectionOf(table: ReportTable, { data, tableOf }: SectionInput): Section {
  const only = data.tables.length === 1;
  const open = (each: ReportTable): Markup => tableOf(each, only);
  const part = parts.get(table.name)?.(data, open) ?? {
    title: table.title,
    finding: undefined,
    body: [unknowable(data, table.name), open(table)],
  };
  // the question of a report alone is the title of its page
  const rows = table.total === 0 ? html`No row.` : html`${amount(table.total, "row")}.`;
  const asked = only || table.answers === "" ? rows : html`${table.answers}`;
  return { id: `report-${anchor(table.name)}`, title: part.title, finding: part.finding ?? asked, body: part.body };
}
