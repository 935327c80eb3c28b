/** Two columns, source and served Regions, with ribbons as thick as the calls between them. */
import { area, curveBumpX } from "d3-shape";
import { type Markup, html } from "../markup/html.ts";
import { grouped } from "../../value-text.ts";
import { drawing } from "./figure.ts";
import { type Kind, fixed, marks } from "./kinds.ts";

export interface Ribbon {
  readonly source: string;
  readonly served: string;
  readonly calls: number;
  readonly kind: Kind;
}

export interface FlowChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Both from top to bottom. */
  readonly sources: readonly string[];
  readonly served: readonly string[];
  readonly ribbons: readonly Ribbon[];
}

/** All calls together are this high, in pixels, without the gaps between nodes. */
const flowHeight = 210;
/** From one label to the next. */
const pitch = 24;
const barWidth = 8;

interface Node {
  readonly name: string;
  readonly calls: number;
  readonly top: number;
  readonly height: number;
  readonly kind: Kind;
}

export function flowChart(chart: FlowChart): Markup {
  const { id, title, description, ribbons } = chart;
  const all = ribbons.reduce((sum, ribbon) => sum + ribbon.calls, 0);
  const scale = flowHeight / Math.max(1, all);
  const left = column(chart.sources, (name) => ribbons.filter((ribbon) => ribbon.source === name), scale);
  const right = column(chart.served, (name) => ribbons.filter((ribbon) => ribbon.served === name), scale);
  const height = Math.ceil(Math.max(bottomOf(left), bottomOf(right))) + 4;
  const gutter = gutterOf(right);
  const content = [
    html`<svg width="100%" height="${height}" viewBox="0 0 100 ${height}" preserveAspectRatio="none" aria-hidden="true">
      ${paths(left, right, ribbons, scale)}
    </svg> `,
    ...left.map((node) => nodeMarks(node, "left")),
    ...right.map((node) => nodeMarks(node, gutter === undefined ? "right" : "beside")),
  ];
  const framed = drawing({ id, title, description, height, content, className: "flow" });
  return gutter === undefined ? framed : html`<div class="gutter ${gutter}">${framed}</div>`;
}

/** Room at the right for the longest label there, by its letters. Where names are longer than any Region's, labels lie upon the ribbons. */
const gutters: readonly (readonly [letters: number, className: string])[] = [
  [18, "short"],
  [23, "middling"],
  [28, "long"],
];

function gutterOf(nodes: readonly Node[]): string | undefined {
  const longest = Math.max(...nodes.map((node) => labelOf(node).length + grouped(node.calls).length));
  return gutters.find(([letters]) => longest <= letters)?.[1];
}

function labelOf({ name, kind }: Node): string {
  return marks[kind] === "" ? name : `${marks[kind]} ${name}`;
}

function column(names: readonly string[], ofNode: (name: string) => readonly Ribbon[], scale: number): Node[] {
  let top = 4;
  return names.map((name) => {
    const ribbons = ofNode(name);
    const calls = ribbons.reduce((sum, ribbon) => sum + ribbon.calls, 0);
    const height = Math.max(2, calls * scale);
    // a Region that runs its own calls and some of others is what most of them make it
    const largest = ribbons.toSorted((a, b) => b.calls - a.calls)[0];
    const node = { name, calls, top, height, kind: largest?.kind ?? "unknown" };
    top += Math.max(pitch, height + 8);
    return node;
  });
}

function bottomOf(nodes: readonly Node[]): number {
  const last = nodes.at(-1);
  return last === undefined ? 0 : last.top + Math.max(pitch - 4, last.height);
}

/** Ribbons leave a node in the order in which they arrive at the other side. */
function paths(left: readonly Node[], right: readonly Node[], ribbons: readonly Ribbon[], scale: number): Markup[] {
  const filled = new Map<Node, number>();
  const shape = area<readonly [x: number, top: number, bottom: number]>()
    .x((point) => point[0])
    .y0((point) => point[1])
    .y1((point) => point[2])
    .curve(curveBumpX)
    .digits(2);
  const place = (node: Node, height: number): readonly [top: number, bottom: number] => {
    const top = node.top + (filled.get(node) ?? 0);
    filled.set(node, top - node.top + height);
    return [top, top + height];
  };
  return left.flatMap((source) =>
    right.flatMap((served) =>
      ribbons
        .filter((ribbon) => ribbon.source === source.name && ribbon.served === served.name)
        .map((ribbon) => {
          const height = Math.max(0.8, ribbon.calls * scale);
          const path = shape([
            [0, ...place(source, height)],
            [100, ...place(served, height)],
          ]);
          return html`<path class="${ribbon.kind} ribbon" d="${path ?? ""}" /> `;
        }),
    ),
  );
}

/** A label lies upon the ribbons, or at the right beside them. */
function nodeMarks(node: Node, place: "left" | "right" | "beside"): Markup {
  const middle = fixed(node.top + Math.min(node.height, flowHeight) / 2);
  const isServed = place !== "left";
  const text = html`<text
    x="${isServed ? "100%" : "0"}"
    dx="${place === "right" ? -barWidth - 8 : place === "beside" ? 6 : barWidth + 8}"
    y="${middle}"
    dy="4"
    class="node ${place === "right" ? "end" : "start"}"
    ><tspan class="name">${isServed ? labelOf(node) : node.name}</tspan>
    <tspan class="count">${grouped(node.calls)}</tspan></text
  >`;
  const rect = html`<rect
    x="${isServed ? "100%" : "0"}"
    ${isServed ? html` transform="translate(-${barWidth} 0)"` : undefined}
    y="${fixed(node.top)}"
    width="${barWidth}"
    height="${fixed(node.height)}"
    class="${isServed ? node.kind : "source"}"
  />`;
  return html`${rect}${text} `;
}
