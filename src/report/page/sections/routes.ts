/** Which routes do not fit: declared, allowed and observed beside each other. */
import { grouped } from "../../value-text.ts";
import { marks, regionCode } from "../charts/kinds.ts";
import { marksOf } from "../data/drift.ts";
import type { PageData, ReportTable } from "../data/page-data.ts";
import { type Row, countOf, textOf } from "../data/reducer.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount, clipped, listed } from "../markup/words.ts";
import { findTable, rowsOfTable } from "./section.ts";
import { head, numberHead, scrollingTable } from "./drawn-table.ts";

const mostRoutes = 12;

export function routesMarkup(data: PageData, tableOf: (table: ReportTable) => Markup): Markup | undefined {
  const table = findTable(data, "drift");
  if (table === undefined) return undefined;
  const facts = data.facts.drift;
  if (facts === undefined)
    return html`<h3>Allowed, possible, observed</h3>
      ${tableOf(table)}`;
  const said = [...facts.marks]
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([mark, count]) => `${clipped(mark, 60)}: ${grouped(count)}`);
  const rows = rowsOfTable(table).filter((row) => row("mark") !== null);
  return html`<h3>Allowed, possible, observed</h3>
    <p class="finding">
      ${facts.routes === 0 ? html`No route from a source Region to a destination is known.` : said.length === 0 ? html`Nothing speaks against any of ${amount(facts.routes, "route")}.` : html`Of ${amount(facts.routes, "route")} from a profile’s source to a destination, ${listed(said)}.`}
    </p>
    ${rows.length === 0 ? undefined : markedTable(rows)} ${tableOf(table)}`;
}

/** What ran comes before what only could. */
function markedTable(rows: readonly Row[]): Markup {
  const shown = rows
    .toSorted((a, b) => countOf(b("served")) + countOf(b("denied")) - countOf(a("served")) - countOf(a("denied")))
    .slice(0, mostRoutes);
  const lines = shown.map((row) => {
    const declared = row("declared");
    return html`<tr>
      <th scope="row">
        <span class="name">${clipped(textOf(row("profile_id")) ?? "no profile", 80)}</span
        ><span class="aside block">${regionCode(textOf(row("source_region")))} → ${destination(row)}</span>
      </th>
      <td>${declared === null ? "not known" : declared === true ? "yes" : "no"}</td>
      <td>${clipped(textOf(row("allowed")) ?? "", 20).replaceAll("-", " ")}</td>
      <td class="n">${grouped(countOf(row("served")))}</td>
      <td class="n">${grouped(countOf(row("denied")))}</td>
      <td>${listed(marksOf(textOf(row("mark"))).map(marked))}</td>
    </tr> `;
  });
  return scrollingTable("Routes that do not fit", {
    className: "ranking",
    caption: html`Routes with something to look
    at${rows.length > shown.length ? `, the ${shown.length} with most calls` : ""}: declared for the profile, allowed by
    the policies, served and denied`,
    heads: [
      head("Profile and route"),
      head("Declared"),
      head("Allowed"),
      numberHead("Served"),
      numberHead("Denied"),
      head("What does not fit"),
    ],
    rows: lines,
  });
}

/** As everywhere on the page, a mark stands before what is outside and what is not known. */
function marked(mark: string): string {
  if (mark === "used and outside the boundary") return `${marks.outside} ${mark}`;
  return mark === "ran in an unknown Region" ? `${marks.unknown} ${mark}` : clipped(mark, 60);
}

function destination(row: Row): Markup {
  const region = textOf(row("destination_region"));
  return region === "*" ? html`any Region` : regionCode(region);
}
