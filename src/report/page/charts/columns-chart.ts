/** Stacked columns over time. */
import { max } from "d3-array";
import { scaleBand, scaleLinear } from "d3-scale";
import { stack } from "d3-shape";
import { type Markup, html } from "../markup/html.ts";
import { compact } from "../markup/words.ts";
import { drawing } from "./figure.ts";
import { type Kind, fixed } from "./kinds.ts";

export interface TimeColumn {
  readonly label: string;
  readonly parts: Readonly<Partial<Record<Kind, number>>>;
}

export interface ColumnsChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly columns: readonly TimeColumn[];
  /** From the base upwards. */
  readonly kinds: readonly Kind[];
}

const plotHeight = 200;
const axisHeight = 24;
const topMargin = 12;
const mostLabels = 6;
/** Of one column, in per cent. */
const widest = 9;

export function columnsChart({ id, title, description, columns, kinds }: ColumnsChart): Markup {
  const series = stack<TimeColumn, Kind>()
    .keys(kinds)
    .value((column, kind) => column.parts[kind] ?? 0)(columns.slice());
  const highest = max(series.at(-1) ?? [], (point) => point[1]) ?? 0;
  const y = scaleLinear()
    .domain([0, highest === 0 ? 1 : highest])
    .range([topMargin + plotHeight, topMargin])
    .nice(4);
  const x = scaleBand<number>()
    .domain(columns.keys())
    .range([0, 100])
    .paddingInner(columns.length > 100 ? 0.05 : 0.22)
    .paddingOuter(0.1);
  const grid = y
    .ticks(4)
    .filter((tick) => Number.isInteger(tick))
    .map((tick) => {
      const at = fixed(y(tick));
      return html`<line x1="0" x2="100%" y1="${at}" y2="${at}" class="${tick === 0 ? "base" : "grid"}" /><text
          x="-8"
          y="${at}"
          dy="4"
          class="tick end"
          >${compact(tick)}</text
        > `;
    });
  const drawn = series.filter((part) => part.some((point) => point[1] > point[0]));
  // a single day is not a wall
  const width = Math.min(x.bandwidth(), widest);
  const left = (index: number): number => (x(index) ?? 0) + (x.bandwidth() - width) / 2;
  const bars = drawn.map(
    (part) =>
      html`<g class="${part.key}"
        >${part.map((point, index) => column(left(index), width, y(point[0]), y(point[1])))}</g
      > `,
  );
  const content = [...grid, ...bars, ...labels(columns, (index) => (x(index) ?? 0) + x.bandwidth() / 2)];
  const height = topMargin + plotHeight + axisHeight;
  return html`<div class="plot">${drawing({ id, title, description, height, content, className: "columns" })}</div>`;
}

/** A trace shows a hair. */
function column(left: number, width: number, base: number, top: number): Markup | undefined {
  if (base <= top) return undefined;
  const height = Math.max(1.5, base - top);
  return html`<rect
    x="${fixed(left)}%"
    width="${fixed(width)}%"
    y="${fixed(base - height)}"
    height="${fixed(height)}"
  />`;
}

/** Every second label gives way on a narrow screen. */
function labels(columns: readonly TimeColumn[], centre: (index: number) => number): Markup[] {
  const step = Math.max(1, Math.ceil(columns.length / mostLabels));
  const shown = [...columns.keys()].filter((index) => index % step === 0);
  return shown.map(
    (index, place) =>
      html`<text
        x="${fixed(centre(index))}%"
        y="${topMargin + plotHeight + 18}"
        class="tick middle${place % 2 === 1 ? " spacious" : ""}"
        >${columns[index]?.label ?? ""}</text
      > `,
  );
}
