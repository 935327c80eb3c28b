/** What the page is about: range, boundary, accounts, Regions, and by what it was made. */
import type { PageData } from "../data/page-data.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount, clipped, day, listed, regionName, unbroken } from "../markup/words.ts";

/** Longer lists are folded. */
const plainList = 6;

export function scopeFacts(data: PageData): Markup {
  const { head, facts } = data;
  const flow = facts["spillover-by-region"];
  const covered = facts.coverage?.accountRegions.map((one) => one.account);
  const calling = facts["spillover-by-principal"]?.accounts;
  const accounts = covered === undefined && calling === undefined ? undefined : union(covered ?? [], calling ?? []);
  const sources =
    flow === undefined ? undefined : [...new Set(flow.streams.map((stream) => regionName(stream.source)))].toSorted();
  const entries: (readonly [string, Markup | string | undefined])[] = [
    ["Asked for", asked(head.from, head.to)],
    ["Judged as of", head.asOf === undefined ? undefined : `${moment(head.asOf)}, UTC`],
    [
      "First to last call",
      flow?.first === undefined || flow.last === undefined
        ? flow && "no call"
        : `${day(flow.first)} to ${day(flow.last)}, UTC`,
    ],
    [
      "Boundary",
      head.boundary === undefined
        ? "none given"
        : html`<strong>${head.boundary.name}</strong> ${listOf(head.boundary.regions, "Region")}`,
    ],
    [
      "Accounts",
      head.accounts === undefined
        ? accounts && listOf(accounts, "account")
        : html`only ${listOf(head.accounts, "account")}`,
    ],
    [
      "Source Regions",
      head.regions === undefined ? sources && listOf(sources, "Region") : html`only ${listOf(head.regions, "Region")}`,
    ],
    ["Principals", head.principals && html`only ${listOf(head.principals, "name")}`],
    [
      "Rows",
      head.maxRows === undefined
        ? undefined
        : `no more than ${amount(head.maxRows, "row")}, as asked: there may be more`,
    ],
    ["Personal data", head.protection],
    ["Made by", html`Spillway ${head.version} with ${head.engine}`],
    ["Reference data", listed(head.references.map(({ what, asOf }) => `${what} of ${asOf}`))],
  ];
  const shown = entries.filter(([, value]) => value !== undefined && value !== "");
  return html`<dl class="scope">
    ${shown.map(
      ([term, value]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${typeof value === "string" ? unbroken(value) : value}</dd>
        </div> `,
    )}
  </dl> `;
}

function union(some: readonly string[], others: readonly string[]): string[] {
  return [...new Set([...some, ...others])].toSorted();
}

/** Midnight is a day; seconds are enough. */
function moment(time: string): string {
  return time
    .replace(/T00:00:00(?:\.000)?Z$/, "")
    .replace("T", " ")
    .replace(/(?:\.\d+)?Z$/, "");
}

function asked(from: string | undefined, to: string | undefined): string {
  if (from === undefined && to === undefined) return "everything that was loaded";
  const start = from === undefined ? "the beginning" : moment(from);
  return to === undefined ? `${start} until the end, UTC` : `${start} until before ${moment(to)}, UTC`;
}

function listOf(names: readonly string[], noun: string): Markup {
  const items = names.slice(0, 200).map((name) => clipped(name, 80));
  const left = names.length - items.length;
  if (names.length === 0) return html`none`;
  if (names.length <= plainList) return unbroken(items.join(", "));
  return html`<details class="inline">
    <summary>${amount(names.length, noun)}</summary>
    <span>${unbroken(items.join(", "))}${left > 0 ? ` and ${left} more` : undefined}</span>
  </details>`;
}
