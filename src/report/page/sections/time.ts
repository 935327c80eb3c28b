/** The section on spill over time: inside and outside of the boundary, and what is unknown as a band of its own. */
import { maxIndex } from "d3-array";
import { grouped } from "../../value-text.ts";
import { type TimeColumn, columnsChart } from "../charts/columns-chart.ts";
import { figure } from "../charts/figure.ts";
import { type Kind, legend } from "../charts/kinds.ts";
import type { Day } from "../data/days.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount, day, rate, unbroken } from "../markup/words.ts";
import { type Period, periodFor, startsBetween, yearsOf } from "./periods.ts";
import { type Section, type SectionInput, findTable } from "./section.ts";

interface Bucket {
  readonly start: number;
  readonly inside: number;
  readonly outside: number;
  readonly unknown: number;
}

const mostColumns = 130;

export function timeSection({ data, tableOf }: SectionInput): Section | undefined {
  const byBoundary = data.facts["boundary-timeline"];
  const days = byBoundary ?? data.facts["spillover-timeline"];
  const tables = ["boundary-timeline", "spillover-timeline"].map((name) => findTable(data, name));
  if (days === undefined) return undefined;
  const boundary = byBoundary === undefined ? undefined : (data.head.boundary?.name ?? "");
  const [first, last] = [days[0]?.at, days.at(-1)?.at];
  const title = "Over time";
  const below = tables.map((table) => (table === undefined ? undefined : tableOf(table)));
  if (first === undefined || last === undefined)
    return { id: "time", title, finding: html`There is no day with a call.`, body: below };
  const period = periodFor(first, last);
  const buckets = bucketsOf(days, period, first, last);
  return {
    id: "time",
    title,
    finding: finding(days, buckets, period, boundary),
    body: [picture(buckets, period, boundary, yearsOf(first, last)), ...below],
  };
}

function bucketsOf(days: readonly Day[], period: Period, first: number, last: number): Bucket[] {
  const buckets = new Map(
    startsBetween(period, first, last, mostColumns).map((start) => [
      start,
      { start, inside: 0, outside: 0, unknown: 0 },
    ]),
  );
  for (const each of days) {
    const bucket = buckets.get(period.startOf(each.at));
    if (bucket === undefined) continue;
    bucket.inside += each.inside;
    bucket.outside += each.outside;
    bucket.unknown += each.unknown;
  }
  return [...buckets.values()];
}

function finding(
  days: readonly Day[],
  buckets: readonly Bucket[],
  { kind }: Period,
  boundary: string | undefined,
): Markup {
  const sum = (part: "inside" | "outside" | "unknown"): number => days.reduce((total, one) => total + one[part], 0);
  const [inside, outside, unknown] = [sum("inside"), sum("outside"), sum("unknown")];
  const where = boundary === undefined ? "outside the Region that was called" : `outside ${boundary}`;
  if (outside === 0)
    return html`No call is known to have run ${where} ${kind === "day" ? "on" : "in"} any ${kind};
    ${amount(unknown, "is", "are")} unknown.`;
  const top = buckets[maxIndex(buckets, (bucket) => bucket.outside)];
  const most =
    top === undefined
      ? undefined
      : html` The most ${kind === "day" ? "on" : `in the ${kind} from`} ${unbroken(day(top.start))}:
          <strong>${grouped(top.outside)}</strong> of ${grouped(top.inside + top.outside)}.`;
  return html`<strong>${rate(outside, inside + outside)}</strong> of ${amount(inside + outside, "call")} with a known
    Region ran ${where}; ${amount(unknown, "more is", "more are")} unknown.${most}`;
}

function picture(
  buckets: readonly Bucket[],
  { kind, label }: Period,
  boundary: string | undefined,
  years: string,
): Markup {
  const has = (part: "inside" | "outside" | "unknown"): boolean => buckets.some((bucket) => bucket[part] > 0);
  const out: Kind = boundary === undefined ? "elsewhere" : "outside";
  const columns = buckets.map(({ start, inside, outside, unknown: blind }): TimeColumn => ({
    label: label(start),
    parts: { [out]: outside, unknown: blind, local: inside },
  }));
  const per = `Calls per ${kind}, ${years}, UTC`;
  const what = boundary === undefined ? "calls through a profile" : "all served calls";
  const description = `${buckets.length} columns, one for each ${kind}, of ${what}: ${boundary === undefined ? "served in another Region" : `outside ${boundary}`} at the base, unknown above it, the others on top. The numbers are in the table below.`;
  return figure({
    id: "time-figure",
    title: `${per}: ${what}`,
    description:
      kind === "day"
        ? "A day without a column has no call."
        : `A ${kind} without a column has no call; the first and the last ${kind} may be cut by the range.${buckets.length === mostColumns ? ` Only the last ${mostColumns} are drawn.` : ""}`,
    legend: legend([
      ...(has("outside")
        ? [{ kind: out, label: boundary === undefined ? "in another Region" : `outside ${boundary}` }]
        : []),
      ...(has("unknown") ? [{ kind: "unknown", label: "served Region unknown" } as const] : []),
      ...(has("inside")
        ? [
            {
              kind: "local",
              label: boundary === undefined ? "in the Region that was called" : `inside ${boundary}`,
            } as const,
          ]
        : []),
    ]),
    chart: columnsChart({ id: "time-chart", title: per, description, columns, kinds: [out, "unknown", "local"] }),
  });
}
