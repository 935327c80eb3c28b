/** What the page says of first times: beside a principal, and as a list of its own. */
import { grouped } from "../../value-text.ts";
import { regionCode } from "../charts/kinds.ts";
import type { FirstSeenFacts } from "../data/first-seen.ts";
import type { PageData, ReportTable } from "../data/page-data.ts";
import { type Row, countOf, groupOf, momentOf, textOf } from "../data/reducer.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount, clipped, day, listed, shortPrincipal } from "../markup/words.ts";
import { type Part, findTable, rowsOfTable, unknowable } from "./section.ts";
import { drawnTable, named, number, scrollingTable, words } from "./drawn-table.ts";

/** Of each kind; the table beneath has the rest. */
const mostOfAKind = 4;
const mostDays = 8;
const mostRegions = 3;
const kinds = ["principal", "profile", "model", "account"] as const;

/** What was new of a principal; undefined where nothing is said of it. */
export type News = (principal: string) => string | undefined;

export function newsOf(data: PageData): News {
  const table = findTable(data, "first-seen");
  const facts = data.facts["first-seen"];
  if (table === undefined || facts === undefined) return () => undefined;
  const rows = new Map<string, Row[]>();
  for (const row of rowsOfTable(table))
    if (row("what") === "principal") groupOf(rows, String(row("value")), () => []).push(row);
  return (principal) => {
    const own = rows.get(principal);
    if (own === undefined) return undefined;
    const first = own.map((row) => momentOf(row("first_seen")) ?? 0);
    // with nothing before the range, a first call is only the first that is loaded
    if (facts.knownSince === null) return `first call in these logs ${day(Math.min(...first))}`;
    const places = own
      .slice(0, mostRegions)
      .map(
        (row, index) =>
          `${clipped(String(row("served_region")), 40)} ${day(first[index] ?? 0)}${row("missing") === null ? "" : " (not sure)"}`,
      );
    const more = own.length > mostRegions ? ` and ${own.length - mostRegions} more` : "";
    return `first seen in ${places.join(", ")}${more}`;
  };
}

export function firstSeenPart(data: PageData, tableOf: (table: ReportTable) => Markup): Part | undefined {
  const table = findTable(data, "first-seen");
  if (table === undefined) return undefined;
  const facts = data.facts["first-seen"];
  const title = "First seen";
  if (facts === undefined) return { title, finding: undefined, body: [tableOf(table)] };
  const rows = rowsOfTable(table);
  return {
    title,
    finding: sentence(facts),
    body: [
      unknowable(data, "first-seen"),
      facts.knownSince === null ? undefined : listOf(rows),
      spillDays(rows),
      tableOf(table),
    ],
  };
}

function sentence({ counts, doubtful, knownSince }: FirstSeenFacts): Markup {
  const firsts = kinds.reduce((sum, kind) => sum + (counts.get(kind) ?? 0), 0);
  const days = counts.get("spill-day") ?? 0;
  const unusual =
    days === 0 ? undefined : html` On <strong>${amount(days, "account-day")}</strong> spillover left its usual range.`;
  if (firsts === 0) return html`No first time in a Region is known from these logs.${unusual}`;
  if (knownSince === null)
    return html`Nothing before the range is loaded, so everything looks new. What is new since a day within it:
      <code>spillway report first-seen --from DAY</code>.${unusual}`;
  const parts = kinds.flatMap((kind) => {
    const count = counts.get(kind) ?? 0;
    return count === 0 ? [] : [amount(count, kind)];
  });
  const doubt = doubtful === 0 ? undefined : html` ${grouped(doubtful)} of these are not sure; the table says why.`;
  return html`<strong>${amount(firsts, "first time")}</strong> in a Region, in logs since ${knownSince}:
    ${listed(parts)}.${unusual}${doubt}`;
}

function listOf(rows: readonly Row[]): Markup | undefined {
  const shown = kinds.flatMap((kind) => rows.filter((row) => row("what") === kind).slice(0, mostOfAKind));
  if (shown.length === 0) return undefined;
  const lines = shown.map((row) => {
    const value = row("what") === "principal" ? shortPrincipal(row("value")) : clipped(String(row("value")), 80);
    const missing = textOf(row("missing"));
    return [
      html`<span class="name">${value}</span
        ><span class="aside block"
          >${String(row("what"))}${row("what") === "account" ? "" : ` · ${String(row("account_id") ?? "no account")}`}${missing === null ? "" : ` · not sure: missing ${clipped(missing, 160)}`}</span
        >`,
      regionCode(textOf(row("served_region"))),
      day(momentOf(row("first_seen")) ?? 0),
      grouped(countOf(row("invocations"))),
    ];
  });
  return scrollingTable("First times in a Region", {
    className: "ranking",
    caption: html`Who or what ran in a Region for the first time, up to ${mostOfAKind} of each kind`,
    columns: [
      named("Who or what"),
      words("Served Region"),
      { label: "First, UTC", kind: "moment" },
      number("Calls since"),
    ],
    rows: lines,
  });
}

function spillDays(rows: readonly Row[]): Markup | undefined {
  const days = rows.filter((row) => row("what") === "spill-day").slice(0, mostDays);
  if (days.length === 0) return undefined;
  const lines = days.map((row) => {
    const [low, high] = [row("usual_low"), row("usual_high")].map(Number);
    const missing = textOf(row("missing"));
    const side = countOf(row("invocations")) > (high ?? 0) ? "above" : "below";
    return [
      html`${clipped(String(row("value")), 20)}
        <span class="aside">${String(row("account_id") ?? "no account")}</span
        >${missing === null ? undefined : html`<span class="aside block">missing ${clipped(missing, 160)}</span>`}`,
      grouped(countOf(row("invocations"))),
      html`${side} ${low} to ${high}`,
    ];
  });
  return drawnTable({
    className: "ranking",
    caption: html`Days on which an account’s spilled calls left their usual range: quartiles of the 28 days before, one
    and a half times their distance apart`,
    columns: [named("Day, UTC, and account"), number("Spilled"), words("Usual range")],
    rows: lines,
  });
}
