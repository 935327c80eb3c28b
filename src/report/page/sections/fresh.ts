/** How old the newest log files are: the silent account-Regions first, each with its age drawn. */
import { grouped } from "../../value-text.ts";
import { bar, regionCode } from "../charts/kinds.ts";
import type { Age, FreshnessFacts } from "../data/freshness.ts";
import type { PageData, PageHead, ReportTable } from "../data/page-data.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount, clipped, listed } from "../markup/words.ts";
import { type Part, findTable } from "./section.ts";
import { drawn, drawnTable, named, nil, number, words } from "./drawn-table.ts";

export function freshPart(data: PageData, tableOf: (table: ReportTable) => Markup): Part | undefined {
  const table = findTable(data, "freshness");
  if (table === undefined) return undefined;
  const facts = data.facts.freshness;
  return {
    title: "Freshness",
    finding: facts === undefined ? undefined : sentence(facts, data.head),
    body: [facts === undefined || facts.gaps.size === 0 ? undefined : ages(facts.oldest), tableOf(table)],
  };
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
  return drawnTable({
    className: "ranking",
    caption: "Age of the newest log file, oldest first",
    columns: [named("Account and Region"), drawn("Age, drawn"), number("Age"), words("State")],
    rows: oldest.map(({ account, region, hours, gap }) => [
      html`${regionCode(account)} ${regionCode(region)}`,
      hours === null ? undefined : bar(hours / longest, gap === null ? "local" : "plain"),
      hours === null ? nil : age(hours),
      gap === null ? html`<span class="nil">fresh</span>` : clipped(gap, 60),
    ]),
  });
}

/** Two days are easier to read as hours, two months as days. */
function age(hours: number): string {
  return hours < 100 ? `${hours.toFixed(1)} h` : `${grouped(Math.round(hours / 24))} d`;
}
