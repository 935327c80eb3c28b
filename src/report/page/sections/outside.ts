/** The section on what ran outside the boundary: who sent it, and where it ran. */
import { grouped } from "../../value-text.ts";
import { bar, marks, regionCode } from "../charts/kinds.ts";
import type { PageData } from "../data/page-data.ts";
import { type Row, countOf, textOf } from "../data/reducer.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount, clipped, shortPrincipal } from "../markup/words.ts";
import { type Section, type SectionInput, findTable, rowsOfTable } from "./section.ts";
import { drawn, drawnTable, named, number } from "./drawn-table.ts";

const top = 8;

export function outsideSection({ data, tableOf }: SectionInput): Section | undefined {
  const table = findTable(data, "boundary-violations");
  const facts = data.facts["boundary-violations"];
  if (table === undefined || facts === undefined) return undefined;
  const boundary = data.head.boundary?.name ?? "the boundary";
  const finding =
    facts.calls > 0
      ? html`<strong class="outside-text">${amount(facts.calls, "call")}</strong> ran outside ${boundary}, sent by
          <strong>${amount(facts.principals, "principal")}</strong>.`
      : data.facts["spillover-by-region"]?.streams.length === 0
        ? html`There is no served call: that nothing ran outside ${boundary} is not shown.`
        : html`Nothing is known to have run outside ${boundary}${blind(data)}. That is a promise only together with the
          coverage and with what could not be seen.`;
  const rows = rowsOfTable(table).slice(0, top);
  const picture = rows.length === 0 ? undefined : ranking(rows, table.total > rows.length);
  return { id: "outside", title: "Outside the boundary", finding, body: [picture, tableOf(table)] };
}

/** Calls that may have run there all the same. */
function blind({ facts }: PageData): Markup | undefined {
  const streams = facts["spillover-by-region"]?.streams ?? [];
  const unknown = streams.reduce((sum, { served, calls }) => (served === null ? sum + calls : sum), 0);
  return unknown === 0 ? undefined : html`; where <strong>${amount(unknown, "call")}</strong> ran is unknown`;
}

/** The report has the most calls first. */
function ranking(rows: readonly Row[], more: boolean): Markup {
  const largest = Math.max(1, countOf(rows[0]?.("invocations") ?? null));
  const said = (row: Row, column: string, none: string): string => clipped(String(row(column) ?? none), 80);
  const lines = rows.map((row) => {
    const calls = countOf(row("invocations"));
    return [
      html`<span class="name">${shortPrincipal(row("principal"))}</span>
        <span class="block"
          >${marks.outside} ${regionCode(textOf(row("served_region")))} ${said(row, "country", "country unknown")}</span
        >
        <span class="aside block"
          >${said(row, "account_id", "no account")} · ${said(row, "profile_id", "no profile in the record")}</span
        >`,
      bar(calls / largest, "outside"),
      grouped(calls),
    ];
  });
  return drawnTable({
    className: "ranking",
    caption: html`Calls of ${more ? `the ${rows.length} largest` : "the"} streams out of the boundary: a principal, with
    a profile, to a Region`,
    columns: [named("Principal, and where it ran"), drawn("Calls, drawn"), number("Calls")],
    rows: lines,
  });
}
