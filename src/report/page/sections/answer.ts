/** The top of the page: the question, its answer in one sentence, and how far that answer holds. */
import type { Claim } from "../data/claims.ts";
import type { PageData } from "../data/page-data.ts";
import { grouped } from "../../value-text.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount, unbroken } from "../markup/words.ts";
import { type SectionInput, findTable, unknowable } from "./section.ts";
import { type Totals, totalsOf } from "./totals.ts";

export const question = "Where did our Bedrock inference run?";

/** A page of one report asks what the report asks. */
export function answerSection({ data, tableOf }: SectionInput): Markup {
  const only = data.tables.length === 1 ? data.tables[0] : undefined;
  if (only !== undefined) {
    return html`<h1>${only.title}</h1>
      ${only.answers === "" ? undefined : html`<p class="answer">${only.answers}</p>`}${notesOf(data)}${only.name === "claims" ? claimList(data) : undefined} `;
  }
  const flow = data.facts["spillover-by-region"];
  const claimsTable = findTable(data, "claims");
  const answer =
    flow === undefined
      ? html`The report spillover-by-region is not on this page.`
      : sentence(data, totalsOf(data, flow));
  return html`<h1>${question}</h1>
    <p class="answer">${answer}</p>
    ${notesOf(data)} ${claimList(data)}${claimsTable === undefined ? undefined : tableOf(claimsTable)} `;
}

function notesOf({ head }: PageData): Markup[] {
  return (head.notes ?? []).map((note) => html`<p class="note caveat">${note}</p> `);
}

function sentence(data: PageData, totals: Totals): Markup {
  const { served, outside, unknown, spilled } = totals;
  const boundary = data.head.boundary?.name;
  if (served === 0) return html`No served call is in these logs${emptyBecause(data)}.`;
  const of = html`<strong>${amount(served, "served call")}</strong>`;
  const blind =
    unknown === 0
      ? undefined
      : html`; where <strong class="unknown-text">${amount(unknown, "more", "more")}</strong> ran is unknown`;
  const known = served - unknown;
  if (known === 0) return html`Where ${of} ran is unknown.`;
  if (boundary === undefined) {
    return html`Of <strong>${amount(known, "call")}</strong> with a known Region,
      <strong>${grouped(spilled)}</strong> ran outside the Region that was called${blind}.`;
  }
  if (outside > 0) {
    return html`<strong class="outside-text">${amount(outside, "call")}</strong> of ${grouped(known)} with a known
      Region ran outside the boundary <strong>${boundary}</strong>${blind}.`;
  }
  const claim = data.facts.claims?.find((each) => each.claim === "inside-boundary");
  return claim?.outcome === "met"
    ? html`All <strong>${amount(known, "served call")}</strong> ran inside the boundary <strong>${boundary}</strong>.`
    : html`None of <strong>${amount(known, "call")}</strong> with a known Region ran outside the boundary
        <strong>${boundary}</strong>${blind}. That no call did is <strong>not shown</strong>.`;
}

/** No data and no call are two answers. */
function emptyBecause(data: PageData): string {
  const { coverage } = data.facts;
  if (coverage === undefined) return "";
  const files = coverage.accountRegions.reduce((sum, one) => sum + one.objects, 0) + coverage.withoutPlace;
  if (files === 0) return ": there is not one log file of what was asked for, so nothing is shown";
  return `, of which there ${files === 1 ? "is 1 file" : `are ${grouped(files)} files`}`;
}

const outcomes: ReadonlyMap<string, { readonly className: string; readonly mark: string }> = new Map([
  ["met", { className: "met", mark: "✓" }],
  ["not met", { className: "not-met", mark: "✕" }],
  ["not shown", { className: "not-shown", mark: "?" }],
]);

const sentences: ReadonlyMap<string, string> = new Map([
  ["inside-boundary", "Everything ran inside the boundary"],
  ["complete", "The logs are complete"],
  ["unaltered", "The logs are unaltered"],
  ["regions-known", "Every served Region is known"],
]);

/** There are four. */
const mostClaims = 12;

function claimList(data: PageData): Markup | undefined {
  const { claims } = data.facts;
  if (claims === undefined || findTable(data, "claims") === undefined) return unknowable(data, "claims");
  return html`<ul class="claims" aria-label="Claims">
    ${claims.slice(0, mostClaims).map(claimCard)}
  </ul>`;
}

/** Counts as everywhere on the page; parts of dates and names, and account ids, stay as they are. */
function groupedIn(text: string): string {
  return text.replaceAll(/(?<![\w.:/,-])\d{4,9}(?![\w./:-])/g, (count) => grouped(Number(count)));
}

function claimCard({ claim, outcome, numbers, missing }: Claim): Markup {
  const { className, mark } = outcomes.get(outcome) ?? { className: "not-shown", mark: "?" };
  return html`<li class="${className}">
    <span class="outcome"><span class="mark" aria-hidden="true">${mark}</span> ${outcome}</span>
    <strong>${sentences.get(claim) ?? claim}</strong>
    ${numbers === null ? undefined : html`<span class="numbers">${unbroken(groupedIn(numbers))}</span>`}${missing === null ? undefined : html`<span class="missing">Missing: ${unbroken(groupedIn(missing))}</span>`}
  </li> `;
}
