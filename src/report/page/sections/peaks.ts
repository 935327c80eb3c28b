/** The section on traffic peaks: how high they go, whether spillover absorbs them, and who is throttled. */
import { grouped, isoTime, percent } from "../../value-text.ts";
import { rangeBar, spreadScale } from "../charts/range-bar.ts";
import { regionCode } from "../charts/kinds.ts";
import type { PeakFacts, Throttling } from "../data/peaks.ts";
import { type Row, countOf, groupOf, textOf } from "../data/reducer.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount, clipped, rate, regionName } from "../markup/words.ts";
import { type Section, type SectionInput, findTable, limitsOf, rowsOfTable, unknowable } from "./section.ts";
import { drawnHead, head, numberHead, scrollingTable } from "./drawn-table.ts";

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
      limitsOf(table),
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
  return html`At most <strong>${amount(highest.calls, "call")} within a minute</strong>${when}:
    ${regionName(highest.region)}, ${clipped(highest.name ?? "model hidden", 80)}.
    ${
      throttled === 0
        ? "No call was throttled."
        : html`Throttled: ${of(viaProfile)} through a profile, ${of(direct)} of the direct calls.`
    }`;
}

function nameOf(row: Row): string {
  return clipped(textOf(row("profile_id")) ?? textOf(row("model")) ?? "model hidden", 80);
}

function share(row: Row, column: string): Markup {
  const value = row(column);
  return typeof value === "number" ? html`<td class="n">${percent(value)}</td>` : html`<td class="n nil">–</td>`;
}

function spreadTable(rows: readonly Row[]): Markup {
  const scale = spreadScale(Math.max(...rows.map((row) => countOf(row("calls_peak")))));
  const lines = rows.map((row) => {
    const [median, high, peak] = ["calls_p50", "calls_p95", "calls_peak"].map((column) => countOf(row(column)));
    const how = row("via_profile") === true ? "through a profile" : "direct";
    return html`<tr>
      <th scope="row">
        <span class="name">${nameOf(row)}</span
        ><span class="aside block">${regionName(textOf(row("source_region")))} · ${how}</span>
      </th>
      <td class="bar-cell">${rangeBar(scale, median ?? 0, high ?? 0, peak ?? 0)}</td>
      <td class="n">${grouped(median ?? 0)}</td>
      <td class="n">${grouped(high ?? 0)}</td>
      <td class="n">${grouped(peak ?? 0)}</td>
      ${share(row, "spill_rate_busy")} ${share(row, "spill_rate_rest")}
    </tr> `;
  });
  return scrollingTable("Calls per minute", {
    className: "rates",
    caption: html`Calls per minute with a call, of the rows with most calls: from the median (tick) over the 95th
    percentile (thick) to the peak (dot), on a logarithmic scale. Spill rates: in the 5 % busiest minutes, and in all
    others.`,
    heads: [
      head("Profile or model"),
      drawnHead("Calls per minute, drawn"),
      numberHead("Median"),
      numberHead("95th"),
      numberHead("Peak"),
      numberHead("Spill, busy"),
      numberHead("Spill, rest"),
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
  const lines = shown.map(
    ({ region, model, direct = none, viaProfile: { calls, throttled } }) =>
      html`<tr>
        <th scope="row">
          <span class="name">${clipped(model, 80)}</span><span class="aside block">${regionCode(region)}</span>
        </th>
        ${share(direct, "throttled_share_before")} ${share(direct, "throttled_share_since")}
        <td class="n">${rate(throttled, calls)}</td>
        <td class="n">${grouped(countOf(direct("throttled")) + throttled)}</td>
      </tr> `,
  );
  return scrollingTable("Share of throttled calls", {
    className: "ranking",
    caption: html`Share of the calls that were throttled: direct ones before and since the first served call through a
    profile to the model, and those through a profile`,
    heads: [
      head("Model"),
      numberHead("Direct, before"),
      numberHead("Direct, since"),
      numberHead("Through a profile"),
      numberHead("Throttled"),
    ],
    rows: lines,
  });
}
