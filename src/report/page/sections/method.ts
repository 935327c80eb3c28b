/** The section on how each number is computed: the words, the columns, and the SQL folded behind them. */
import type { PageColumn, PageData, ReportTable } from "../data/page-data.ts";
import { type Markup, html, lines } from "../markup/html.ts";
import { clipped } from "../markup/words.ts";
import { anchor, heading } from "./report-table.ts";
import type { Section, SectionInput } from "./section.ts";

const words: readonly (readonly [string, string])[] = [
  ["Call", "one request to a model, whatever the number of log records about it"],
  ["Source Region", "the Region that was called; CloudTrail's logs of the call stay there"],
  ["Served Region", "the Region that ran the call"],
  ["Spilled", "the served Region is known and is not the source Region"],
  [
    "Spill rate",
    "spilled, over the calls through an inference profile whose served Region is known; unknown ones are in no rate and are counted beside it",
  ],
  [
    "Unknown",
    "the logs do not say where the call ran: a streamed call whose completion is missing, a record that was too large, a batch job",
  ],
  ["Outside", "the served Region is known and is not one of the boundary's Regions"],
  [
    "Met, not met, not shown",
    "the numbers show it; they show the opposite; something that would have to be known is not. No data is never met",
  ],
];

const mostOmitted = 100;

/** A report's SQL may be longer than anyone reads. */
const longestSql = 20_000;
const longestDoc = 400;

/** `maxBytes` is in bytes, for the SQL of all reports. */
export function methodSection({ data }: SectionInput, maxBytes: number): Section {
  let left = maxBytes;
  const entry = (table: ReportTable): Markup => {
    const { sql, columns } = table;
    const docs = columns.reduce((sum, column) => sum + Math.min(column.doc.length, longestDoc), 0);
    const documented = docs <= left ? columns.filter((column) => column.doc !== "") : [];
    if (documented.length > 0) left -= docs;
    const shown = sql.length <= Math.min(longestSql, left) ? sql : undefined;
    left -= shown?.length ?? 0;
    return reportEntry(table, documented, shown);
  };
  return {
    id: "method",
    title: "How each number is computed",
    finding: html`Each table is the result of one SQL statement over the calls of the range; the charts add up its rows.
    Times are UTC.`,
    body: [
      html`<dl class="words">
        ${words.map(
          ([term, meaning]) =>
            html`<div>
              <dt>${term}</dt>
              <dd>${meaning}</dd>
            </div> `,
        )}
      </dl>`,
      html`<h3>Reports</h3>
        ${data.tables.map(entry)}${omittedReports(data)}`,
    ],
  };
}

function omittedReports({ omitted }: PageData): Markup | undefined {
  if (omitted.length === 0) return undefined;
  const shown = omitted.slice(0, mostOmitted);
  const left = omitted.length - shown.length;
  return html`<h3>Reports that are not on this page</h3>
    <ul class="omitted">
      ${shown.map(({ name, title, why }) => html`<li><strong>${title}</strong> <code>${clipped(name, 80)}</code>: ${clipped(why, 300)}</li>`)}
      ${left > 0 ? html`<li>${left} more</li>` : undefined}
    </ul>`;
}

function reportEntry(
  { name, title, answers }: ReportTable,
  documented: readonly PageColumn[],
  sql: string | undefined,
): Markup {
  return html`<details class="how" id="how-${anchor(name)}">
    <summary><strong>${title}</strong> <code>${clipped(name, 80)}</code></summary>
    ${answers === "" ? undefined : html`<p>${answers}</p>`}
    ${
      documented.length === 0
        ? undefined
        : html`<dl class="columns">
            ${documented.map(
              (column) =>
                html`<div>
                  <dt>${heading(column.name)}</dt>
                  <dd>${clipped(column.doc, longestDoc)}</dd>
                </div> `,
            )}
          </dl>`
    }
    ${sql === undefined ? html`<p class="note">The SQL is too long for this page: <code>queries/reports/${clipped(name, 80)}.sql</code>.</p>` : html`<pre tabindex="0" aria-label="SQL of ${title}"><code>${lines(sql)}</code></pre>`}
  </details> `;
}
