/** The sections on who sent the calls, and with which profiles and models. */
import { grouped } from "../../value-text.ts";
import type { ReportTable } from "../data/page-data.ts";
import { type Row, countOf } from "../data/reducer.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount, clipped, shortPrincipal } from "../markup/words.ts";
import { firstSeenPart, newsOf } from "./first-seen.ts";
import { rateTable } from "./rate-table.ts";
import { type Section, type SectionInput, findTable, partMarkup, rowsOfTable } from "./section.ts";

const top = 10;

/** What spilled comes first; the report has sorted them. */
function leading(table: ReportTable): Row[] {
  return rowsOfTable(table)
    .filter((row) => countOf(row("invocations")) > 0)
    .slice(0, top);
}

/** What a count of spilled calls leaves out stands in its sentence. */
function unknownBeside(unknown: number): Markup | undefined {
  return unknown === 0
    ? undefined
    : html`; where <strong>${amount(unknown, "call")}</strong> through a profile ran is unknown`;
}

/** That nothing did is known only where all is known. */
function ranOutside(unknown: number): string {
  return unknown === 0 ? "ran outside" : "is known to have run outside";
}

export function whoSection({ data, tableOf }: SectionInput): Section | undefined {
  const facts = data.facts["spillover-by-principal"];
  const table = findTable(data, "spillover-by-principal");
  const news = newsOf(data);
  if (facts === undefined || table === undefined) return undefined;
  const { principals, spilling, spilled, unknown, accounts } = facts;
  const finding =
    principals === 0
      ? html`No caller is in these logs.`
      : spilling === 0
        ? html`No call of ${amount(principals, "principal")}, in ${amount(accounts.length, "account")},
          ${ranOutside(unknown)} the Region that was called${unknownBeside(unknown)}.`
        : html`<strong>${amount(spilling, "principal")}</strong> of ${grouped(principals)}, in
            ${amount(accounts.length, "account")}, sent <strong>${amount(spilled, "call")}</strong> that ran outside the
            Region that was called${unknownBeside(unknown)}.`;
  const names = leading(table).map((row) => ({
    name: shortPrincipal(row("principal")),
    detail: [
      row("account_id") ?? "no account",
      row("principal_type") ?? "type unknown",
      row("served_regions") || "served nowhere known",
      news(String(row("principal"))) ?? [],
    ]
      .flat()
      .map((cell) => clipped(String(cell), 160))
      .join(" · "),
    row,
  }));
  const most = spilling === 0 ? "calls; none is known to have spilled" : "spilled calls";
  const caption = `${principals > names.length ? `The ${names.length} principals` : "Principals"} with the most ${most}. The rate is of their calls through a profile with a known Region; unknown ones are in no rate.`;
  return {
    id: "who",
    title: "Who sent it",
    finding,
    body: [
      names.length === 0 ? undefined : rateTable({ caption, noun: "Principal", names }),
      tableOf(table),
      partMarkup(firstSeenPart(data, tableOf)),
    ],
  };
}

export function modelsSection({ data, tableOf }: SectionInput): Section | undefined {
  const table = findTable(data, "spillover-by-model");
  const facts = data.facts["spillover-by-model"];
  if (table === undefined || facts === undefined) return undefined;
  const { combinations, spilling, unknown } = facts;
  const rows = leading(table);
  const names = rows.map((row) => ({
    name: clipped(String(row("profile_id") ?? row("model") ?? "model hidden"), 80),
    detail:
      row("profile_id") === null
        ? "no profile in the record"
        : `profile, scope ${clipped(String(row("profile_scope") ?? "none"), 40)} · ${clipped(String(row("model") ?? "model hidden"), 80)}`,
    row,
  }));
  return {
    id: "models",
    title: "Profiles and models",
    finding:
      combinations === 0
        ? html`No call of a model is in these logs.`
        : spilling === 0
          ? html`No call of ${amount(combinations, "combination")} of profile and model ${ranOutside(unknown)} the
            Region that was called${unknownBeside(unknown)}.`
          : html`<strong>${grouped(spilling)}</strong> of ${amount(combinations, "combination")} of profile and model
              ran outside the Region that was called${unknownBeside(unknown)}.`,
    body: [
      names.length === 0
        ? undefined
        : rateTable({
            caption: `Profiles and models with the most ${spilling === 0 ? "calls; none is known to have spilled" : "spilled calls. What spilled went through a profile, whether the record shows it or not"}.`,
            noun: "Profile or model",
            names,
          }),
      tableOf(table),
    ],
  };
}
