/** The section on traffic peaks: how high they go, whether spillover absorbs them, and who is throttled. */
import { grouped, isoTime, percent } from "../../value-text.ts";
import { rangeBar, spreadScale } from "../charts/range-bar.ts";
import { regionCode } from "../charts/kinds.ts";
import type { PeakFacts, Throttling } from "../data/peaks.ts";
import { type Row, countOf, groupOf, textOf } from "../data/reducer.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount, clipped, rate, regionName, unbroken } from "../markup/words.ts";
import { type Section, type SectionInput, findTable, rowsOfTable, unknowable } from "./section.ts";
import { drawn, named, nil, number, scrollingTable } from "./drawn-table.ts";

const mostRows = 10;

export function peaksSection({ data, tableOf }: SectionInput): Section | undefined {
  const facts = data.facts.peaks;
  const table = findTable(data, "peaks");
  if (facts === undefined || table === undefined) return undefined;
  // the report begins with those of most calls
  const rows = rowsOfTable(table);
  return {
    id: "peaks",
    title: "Peaks",
    finding: finding(facts),
    body: [
      unknowable(data, "peaks"),
      rows.length === 0 ? undefined : spreadTable(rows.slice(0, mostRows)),
      rows.length === 0 ? undefined : throttleTable(rows),
      tableOf(table),
    ],
  };
}

function finding({ highest, direct, viaProfile }: PeakFacts): Markup {
  if (highest === undefined) return html`No call of a model is in these logs.`;
  const when = highest.at === undefined ? "" : ` at ${isoTime(highest.at).slice(0, 16).replace("T", " ")} UTC`;
  const throttled = direct.throttled + viaProfile.throttled;
  const of = ({ calls, throttled: count }: Throttling): string =>
    calls === 0 ? "none were made" : `${grouped(count)} of ${grouped(calls)} (${rate(count, calls)})`;
  return html`At most <strong>${amount(highest.calls, "call")} within a minute</strong>${unbroken(when)}:
    ${unbroken(`${regionName(highest.region)}, ${clipped(highest.name ?? "model hidden", 80)}`)}.
    ${
      throttled === 0
        ? "No call was throttled."
        : html`Throttled: ${of(viaProfile)} through a profile, ${of(direct)} of the direct calls.`
    }`;
}

function nameOf(row: Row): string {
  return clipped(textOf(row("profile_id")) ?? textOf(row("model")) ?? "model hidden", 80);
}

function share(row: Row, column: string): Markup | string {
  const value = row(column);
  return typeof value === "number" ? percent(value) : nil;
}

function spreadTable(rows: readonly Row[]): Markup {
  const scale = spreadScale(Math.max(...rows.map((row) => countOf(row("calls_peak")))));
  const lines = rows.map((row) => {
    const [median, high, peak] = ["calls_p50", "calls_p95", "calls_peak"].map((column) => countOf(row(column)));
    const how = row("via_profile") === true ? "through a profile" : "direct";
    return [
      html`<span class="name">${nameOf(row)}</span
        ><span class="aside block">${regionName(textOf(row("source_region")))} · ${how}</span>`,
      rangeBar(scale, median ?? 0, high ?? 0, peak ?? 0),
      grouped(median ?? 0),
      grouped(high ?? 0),
      grouped(peak ?? 0),
      share(row, "spill_rate_busy"),
      share(row, "spill_rate_rest"),
    ];
  });
  return scrollingTable("Calls per minute", {
    className: "rates",
    caption: html`Calls per minute with a call, of the rows with most calls: from the median (tick) over the 95th
    percentile (thick) to the peak (dot), on a logarithmic scale. Spill rates: in the 5 % busiest minutes, and in all
    others.`,
    columns: [
      named("Profile or model"),
      drawn("Calls per minute, drawn"),
      number("Median"),
      number("95th"),
      number("Peak"),
      number("Spill, busy"),
      number("Spill, rest"),
    ],
    rows: lines,
  });
}

interface Compared {
  readonly region: string | null;
  readonly model: string;
  direct: Row | undefined;
  readonly viaProfile: { calls: number; throttled: number };
}

/** What was throttled of a model in a Region, directly and through its profiles; only where anything was. */
function throttleTable(rows: readonly Row[]): Markup | undefined {
  const models = new Map<string, Compared>();
  for (const row of rows) {
    const [region, model] = [textOf(row("source_region")), textOf(row("model"))];
    if (model === null) continue;
    const one = groupOf(models, JSON.stringify([region, model]), () => ({
      region,
      model,
      direct: undefined,
      viaProfile: { calls: 0, throttled: 0 },
    }));
    if (row("via_profile") !== true) one.direct = row;
    else {
      one.viaProfile.calls += countOf(row("calls"));
      one.viaProfile.throttled += countOf(row("throttled"));
    }
  }
  const throttledOf = (one: Compared): number => countOf(one.direct?.("throttled") ?? null) + one.viaProfile.throttled;
  const shown = [...models.values()]
    .filter((one) => throttledOf(one) > 0)
    .toSorted((a, b) => throttledOf(b) - throttledOf(a) || (`${a.model}${a.region}` < `${b.model}${b.region}` ? -1 : 1))
    .slice(0, mostRows);
  if (shown.length === 0) return undefined;
  const none: Row = () => null;
  const lines = shown.map(({ region, model, direct = none, viaProfile: { calls, throttled } }) => [
    html`<span class="name">${clipped(model, 80)}</span><span class="aside block">${regionCode(region)}</span>`,
    share(direct, "throttled_share_before"),
    share(direct, "throttled_share_since"),
    rate(throttled, calls),
    grouped(countOf(direct("throttled")) + throttled),
  ]);
  return scrollingTable("Share of throttled calls", {
    className: "ranking",
    caption: html`Share of the calls that were throttled: direct ones before and since the first served call through a
    profile to the model, and those through a profile`,
    columns: [
      named("Model"),
      number("Direct, before"),
      number("Direct, since"),
      number("Through a profile"),
      number("Throttled"),
    ],
    rows: lines,
  });
}
