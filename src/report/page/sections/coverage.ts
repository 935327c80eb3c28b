/** The section on coverage: for which account-Region and day there are logs. */
import { dayMs } from "../../../day.ts";
import { extent } from "d3-array";
import { scaleQuantize } from "d3-scale";
import { grouped } from "../../value-text.ts";
import { figure } from "../charts/figure.ts";
import { regionCode } from "../charts/kinds.ts";
import { type HeatCell, heatStrip } from "../charts/heat-strip.ts";
import type { AccountRegion, CoverageDay, CoverageFacts } from "../data/coverage.ts";
import { groupOf } from "../data/reducer.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount, day, listed } from "../markup/words.ts";
import { freshPart } from "./fresh.ts";
import { type Period, periodFor, startsBetween } from "./periods.ts";
import { type Section, type SectionInput, findTable, partMarkup, unknowable } from "./section.ts";

const mostLines = 40;
const mostCells = 130;

export function coverageSection({ data, tableOf }: SectionInput): Section | undefined {
  const facts = data.facts.coverage;
  const table = findTable(data, "coverage");
  const why = unknowable(data, "coverage");
  if (facts === undefined || table === undefined) {
    return why === undefined
      ? undefined
      : { id: "coverage", title: "Coverage", finding: html`Not known to this engine.`, body: [why] };
  }
  return {
    id: "coverage",
    title: "Coverage",
    finding: finding(facts),
    body: [
      why,
      facts.accountRegions.length === 0 ? undefined : heatMap(facts),
      tableOf(table),
      partMarkup(freshPart(data, tableOf)),
    ],
  };
}

function finding({ accountRegions, gaps, withoutPlace }: CoverageFacts): Markup {
  const places = `${amount(accountRegions.length, "account-Region")}`;
  const stray =
    withoutPlace === 0
      ? undefined
      : html` ${amount(withoutPlace, "log file has", "log files have")} no place in it: the path names no account,
        Region and day.`;
  if (accountRegions.length === 0) return html`There is not one log file in the range.${stray}`;
  const kinds = [...gaps].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([gap, days]) => `${gap}: ${grouped(days)}`);
  const holes = accountRegions.reduce((sum, one) => sum + one.gaps, 0);
  if (holes === 0) return html`No gap is known in ${places}.${stray}`;
  return html`<strong>${amount(holes, "account-Region-day")}</strong> with a gap, in ${places}
    (${listed(kinds)}).${stray}`;
}

function heatMap({ accountRegions }: CoverageFacts): Markup {
  // gaps first, then by size: what is left out is the least interesting
  const ordered = accountRegions.toSorted(
    (a, b) => Number(b.gaps > 0) - Number(a.gaps > 0) || b.gaps - a.gaps || b.objects - a.objects,
  );
  const shown = ordered
    .slice(0, mostLines)
    .toSorted((a, b) => (`${a.account} ${a.region}` < `${b.account} ${b.region}` ? -1 : 1));
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { days } of accountRegions) {
    const [from, to] = extent(days, (one) => one.day);
    first = Math.min(first, from ?? first);
    last = Math.max(last, to ?? last);
  }
  const period = periodFor(first * dayMs, last * dayMs);
  const starts = startsBetween(period, first * dayMs, last * dayMs, mostCells);
  const sums = shown.map((one) => ({ one, cells: cellsOf(one, period) }));
  const [fewest, most] = extent(
    sums.flatMap(({ cells }) => [...cells.values()].map((cell) => Math.log1p(cell.records))),
  );
  const shade = scaleQuantize<number>()
    // files without a record are few records, also where there are no others
    .domain([fewest ?? 0, most === undefined || most === 0 ? 1 : most])
    .range([1, 2, 3, 4]);
  const strips = sums.map(({ one, cells }) => ({
    one,
    drawn: starts.map((start) => heatCell(cells.get(start), period, start, (records) => shade(Math.log1p(records)))),
  }));
  const rows = strips.map(({ one, drawn }) => {
    const strip = heatStrip(
      drawn,
      `${one.account} ${one.region}: ${amount(one.days.length, "day")}, ${grouped(one.gaps)} with a gap`,
    );
    return html`<tr>
      <th scope="row">${regionCode(one.account)} ${regionCode(one.region)}</th>
      <td class="strip-cell">${strip}</td>
      <td class="n">${one.gaps === 0 ? html`<span class="nil">0</span>` : grouped(one.gaps)}</td>
    </tr> `;
  });
  const left = accountRegions.length - shown.length;
  const ends = [day(starts[0] ?? 0), day(last * dayMs)];
  const range = `${ends.join(" to ")}, one cell a ${period.kind}, UTC`;
  return figure({
    id: "coverage-figure",
    title: "Log files by account-Region",
    description: `${range}. Days are those of delivery; the stronger a cell, the more records it holds.`,
    legend: heatLegend(strips.flatMap((strip) => strip.drawn)),
    chart: html`<table class="heat">
      <thead>
        <tr>
          <th scope="col">Account and Region</th>
          <th scope="col" class="ends">${[...new Set(ends)].map((end) => html`<span>${end}</span> `)}</th>
          <th scope="col" class="n">Gaps</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`,
    ...(left > 0
      ? {
          note: `${amount(left, "more account-Region")} with fewer gaps or files ${left === 1 ? "is" : "are"} in the table below.`,
        }
      : {}),
  });
}

interface PeriodSum {
  records: number;
  days: number;
  empty: number;
  partial: number;
  gone: number;
  unlisted: number;
}

function cellsOf({ days }: AccountRegion, period: Period): Map<number, PeriodSum> {
  const sums = new Map<number, PeriodSum>();
  for (const each of days) {
    const sum = groupOf(sums, period.startOf(each.day * dayMs), () => ({
      records: 0,
      days: 0,
      empty: 0,
      partial: 0,
      gone: 0,
      unlisted: 0,
    }));
    sum.days++;
    sum.records += each.records;
    const part = partOf(each);
    if (part !== undefined) sum[part]++;
  }
  return sums;
}

function partOf({ state }: CoverageDay): "empty" | "partial" | "gone" | "unlisted" | undefined {
  if (state === "logs") return undefined;
  if (state === "no file") return "empty";
  if (state === "not listed") return "unlisted";
  return state === "pruned" ? "gone" : "partial";
}

function heatCell(
  sum: PeriodSum | undefined,
  { kind }: Period,
  start: number,
  shade: (records: number) => number,
): HeatCell {
  if (sum === undefined) return { kind: "outside-span", shade: 0 };
  const { records, days, empty, partial, gone, unlisted } = sum;
  const when = `${kind === "day" ? "" : `${kind} from `}${day(start)}`;
  if (empty === days) return { kind: "empty", shade: 0, title: `${when}: no file` };
  if (gone === days) return { kind: "gone", shade: 0, title: `${when}: removed by retention` };
  if (unlisted === days) return { kind: "unlisted", shade: 0, title: `${when}: not listed, so not looked at` };
  const holes = empty + partial + gone + unlisted;
  if (holes === 0) return { kind: "full", shade: shade(records) };
  return {
    kind: "partial",
    shade: shade(records),
    title: `${when}: ${amount(holes, "day")} with a gap`,
  };
}

const samples: readonly (readonly [HeatCell, string])[] = [
  [{ kind: "full", shade: 1 }, "few records"],
  [{ kind: "full", shade: 4 }, "many"],
  [{ kind: "partial", shade: 3 }, "part is missing"],
  [{ kind: "gone", shade: 0 }, "removed by retention"],
  [{ kind: "unlisted", shade: 0 }, "not looked at"],
  [{ kind: "empty", shade: 0 }, "no file"],
];

/** Of what is drawn. */
function heatLegend(cells: readonly HeatCell[]): Markup {
  const drawn = new Set(cells.map(({ kind }) => kind));
  const items = samples
    .filter(([{ kind }]) => drawn.has(kind))
    .map(([cell, label]) => html`<li><span class="sample">${heatStrip([cell], label)}</span>${label}</li>`);
  return html`<ul class="legend">
    ${items}
  </ul>`;
}
