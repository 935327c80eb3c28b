/** Which routes do not fit: declared, allowed and observed beside each other. */
import { grouped } from "../../value-text.ts";
import { marks, regionCode } from "../charts/kinds.ts";
import { marksOf } from "../data/drift.ts";
import { type PageData, type ReportTable, policyDocuments } from "../data/page-data.ts";
import { type Row, countOf, textOf } from "../data/reducer.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount, clipped, listed } from "../markup/words.ts";
import { type DrawnColumn, named, number, scrollingTable, words } from "./drawn-table.ts";
import { type Part, findTable, rowsOfTable, unknowable } from "./section.ts";

const mostRoutes = 12;

export function routesPart(data: PageData, tableOf: (table: ReportTable) => Markup): Part | undefined {
  const table = findTable(data, "drift");
  if (table === undefined) return undefined;
  const facts = data.facts.drift;
  const title = "Allowed, possible, observed";
  if (facts === undefined) return { title, finding: undefined, body: [tableOf(table)] };
  const said = [...facts.marks]
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([mark, count]) => `${grouped(count)} ${clipped(mark, 60)}`);
  const rows = rowsOfTable(table).filter((row) => row("mark") !== null);
  return {
    title,
    finding:
      facts.routes === 0
        ? html`No route from a source Region to a destination is known.`
        : said.length === 0
          ? html`Nothing speaks against any of ${amount(facts.routes, "route")}.`
          : html`Of ${amount(facts.routes, "route")} from a profile’s source to a
            destination${said.length > 1 ? ", of which one may be in several counts" : ""}: ${listed(said)}.`,
    body: [
      unknowable(data, "drift"),
      ...notCompared(data),
      rows.length === 0 ? undefined : markedTable(rows),
      tableOf(table),
    ],
  };
}

/** Without a boundary nothing is outside of it, without a bundle nothing is evaluated. */
function notCompared({ head }: PageData): Markup[] {
  const notes = [
    ...(head.boundary === undefined ? ["No boundary was named: no route is marked as outside of it."] : []),
    ...(head.references.some(({ what }) => what === policyDocuments)
      ? []
      : ["No policy documents were given (--bundle): what they allow is not evaluated."]),
  ];
  return notes.map((note) => html`<p class="note">${note}</p>`);
}

/** What ran comes before what only could. */
function markedTable(rows: readonly Row[]): Markup {
  const shown = rows
    .toSorted((a, b) => countOf(b("served")) + countOf(b("denied")) - countOf(a("served")) - countOf(a("denied")))
    .slice(0, mostRoutes);
  // a column that says of every route that nobody asked is a sentence
  const isEvaluated = shown.some((row) => row("allowed") !== "not-evaluated");
  const allowed: readonly DrawnColumn[] = isEvaluated ? [words("Allowed")] : [];
  const lines = shown.map((row) => {
    const declared = row("declared");
    return [
      html`<span class="name">${clipped(textOf(row("profile_id")) ?? "no profile", 80)}</span
        ><span class="aside block">${regionCode(textOf(row("source_region")))} → ${destination(row)}</span>`,
      declared === null ? "not\u00A0known" : declared === true ? "yes" : "no",
      ...(isEvaluated ? [clipped(textOf(row("allowed")) ?? "", 20).replaceAll("-", "\u00A0")] : []),
      grouped(countOf(row("served"))),
      grouped(countOf(row("denied"))),
      marksOf(textOf(row("mark")))
        .map(marked)
        .join("; "),
    ];
  });
  return scrollingTable("Routes that do not fit", {
    className: "ranking",
    caption: html`Routes with something to look
    at${rows.length > shown.length ? `, the ${shown.length} with most calls` : ""}: declared for the
    profile${isEvaluated ? ", allowed by the policies to all, some or none of the bundle’s principals" : ""}, served and
    denied`,
    columns: [
      named("Profile and route"),
      words("Declared"),
      ...allowed,
      number("Served"),
      number("Denied"),
      { label: "What does not fit", kind: "sentence" },
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
