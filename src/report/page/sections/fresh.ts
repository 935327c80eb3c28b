/** How old the newest log files are: the silent account-Regions first, each with its age drawn. */
import { grouped } from "../../value-text.ts";
import { bar, regionCode } from "../charts/kinds.ts";
import type { Age, FreshnessFacts } from "../data/freshness.ts";
import type { PageData, PageHead, ReportTable } from "../data/page-data.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount, clipped, listed } from "../markup/words.ts";
import { findTable } from "./section.ts";
import { drawnHead, drawnTable, head, numberHead } from "./drawn-table.ts";

export function freshMarkup(data: PageData, tableOf: (table: ReportTable) => Markup): Markup | undefined {
  const table = findTable(data, "freshness");
  if (table === undefined) return undefined;
  const facts = data.facts.freshness;
  return html`<h3>Freshness</h3>
    ${facts === undefined ? undefined : html`<p class="finding">${sentence(facts, data.head)}</p>`}
    ${facts === undefined || facts.gaps.size === 0 ? undefined : ages(facts.oldest)} ${tableOf(table)}`;
}

function sentence({ accountRegions, gaps }: FreshnessFacts, { to, asOf }: PageHead): Markup {
  const silent = [...gaps.values()].reduce((sum, count) => sum + count, 0);
  if (accountRegions === 0) return html`No account and Region is known.`;
  if (silent === 0) {
    // ages are judged at the end of the range where that is past
    const isPast = to !== undefined && (asOf === undefined || Date.parse(to) < Date.parse(asOf));
    return html`The newest log file of each of ${amount(accountRegions, "account-Region")}
    ${isPast ? "was fresh at the end of the range" : "is fresh"}.`;
  }
  const kinds = [...gaps].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([gap, count]) => `${gap}: ${grouped(count)}`);
  return html`<strong>${amount(silent, "account-Region")}</strong> of ${grouped(accountRegions)}
    ${silent === 1 ? "has" : "have"} fallen silent (${listed(kinds)}).`;
}

function ages(oldest: readonly Age[]): Markup {
  const longest = Math.max(1, ...oldest.map(({ hours }) => hours ?? 0));
  const lines = oldest.map(
    ({ account, region, hours, gap }) =>
      html`<tr>
        <th scope="row">${regionCode(account)} ${regionCode(region)}</th>
        <td class="bar-cell">${hours === null ? undefined : bar(hours / longest, gap === null ? "local" : "plain")}</td>
        <td class="n">${hours === null ? html`<span class="nil">–</span>` : age(hours)}</td>
        <td>${gap === null ? html`<span class="nil">fresh</span>` : clipped(gap, 60)}</td>
      </tr> `,
  );
  return drawnTable({
    className: "ranking",
    caption: "Age of the newest log file, oldest first",
    heads: [head("Account and Region"), drawnHead("Age, drawn"), numberHead("Age"), head("State")],
    rows: lines,
  });
}

/** Two days are easier to read as hours, two months as days. */
function age(hours: number): string {
  return hours < 100 ? `${hours.toFixed(1)} h` : `${grouped(Math.round(hours / 24))} d`;
}
