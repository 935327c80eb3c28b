/** What a section of the page is, and how it finds its data. */
import { plainCell } from "../../../engines/result.ts";
import type { PageData, ReportTable } from "../data/page-data.ts";
import type { Row } from "../data/reducer.ts";
import { type Markup, html } from "../markup/html.ts";

export interface Section {
  /** Unique on the page: where the list of contents leads. */
  readonly id: string;
  readonly title: string;
  /** What it comes to, in one sentence. */
  readonly finding: Markup;
  readonly body: readonly (Markup | undefined)[];
}

/** What a section is made from. `tableOf` writes a report's rows, as many as the page has room for. */
export interface SectionInput {
  readonly data: PageData;
  readonly tableOf: (table: ReportTable, open?: boolean) => Markup;
}

export function sectionMarkup({ id, title, finding, body }: Section): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-h">
    <h2 id="${id}-h">${title}</h2>
    <p class="finding">${finding}</p>
    ${body}
  </section> `;
}

/** What a report has on the page: beneath another section, or as one of its own where it stands alone. */
export interface Part {
  readonly title: string;
  readonly finding: Markup | undefined;
  readonly body: readonly (Markup | undefined)[];
}

export function partMarkup(part: Part | undefined): Markup | undefined {
  if (part === undefined) return undefined;
  const { title, finding, body } = part;
  return html`<h3>${title}</h3>
    ${finding === undefined ? undefined : html`<p class="finding">${finding}</p>`} ${body}`;
}

export function findTable(data: PageData, name: string): ReportTable | undefined {
  return data.tables.find((table) => table.name === name);
}

/** The rows that were kept, each as a function from column to cell. */
export function rowsOfTable(table: ReportTable): Row[] {
  const places = new Map(table.columns.map((column, index) => [column.name, index]));
  return table.rows.map((cells): Row => (name) => {
    const index = places.get(name) ?? -1;
    const column = table.columns[index];
    return column === undefined ? null : plainCell(column, cells[index] ?? null);
  });
}

/** What stands where an engine cannot know the answer. */
export function unknowable(data: PageData, report: string): Markup | undefined {
  const why = data.head.unknowable?.[report];
  return why === undefined ? undefined : html`<p class="note unknowable">${why}</p>`;
}
