/** A line from the usual to the highest: median, 95th percentile and peak on one scale. */
import { scaleLog } from "d3-scale";
import { type Markup, html } from "../markup/html.ts";
import { fixed } from "./kinds.ts";

export interface SpreadScale {
  /** Across, in per cent. */
  readonly at: (count: number) => number;
}

/** Logarithmic, from one on: a peak may be a thousand times the median. */
export function spreadScale(highest: number): SpreadScale {
  const scale = scaleLog()
    .domain([1, Math.max(10, highest)])
    .range([1, 99])
    .clamp(true);
  return { at: (count) => scale(Math.max(1, count)) };
}

/** A thin line to the peak, a thick one to the 95th percentile, a tick at the median. */
export function rangeBar(scale: SpreadScale, median: number, high: number, peak: number): Markup {
  const [from, middle, to] = [median, high, peak].map((count) => fixed(scale.at(count)));
  return html`<svg class="bar" width="100%" height="14" aria-hidden="true">
    <line x1="${from}%" x2="${to}%" y1="7" y2="7" class="spread" />
    <line x1="${from}%" x2="${middle}%" y1="7" y2="7" class="spread usual" />
    <line x1="${from}%" x2="${from}%" y1="1" y2="13" class="spread tick-mark" />
    <circle cx="${to}%" cy="7" r="4" class="source" />
  </svg>`;
}
