/** The matrix of source and served Regions: the flow, readable with any number of them. */
import { max } from "d3-array";
import { scaleQuantize } from "d3-scale";
import { grouped } from "../../value-text.ts";
import { type Kind, kindOf, marks } from "../charts/kinds.ts";
import type { FlowFacts } from "../data/flow.ts";
import type { PageData } from "../data/page-data.ts";
import { type Markup, html } from "../markup/html.ts";
import { regionName } from "../markup/words.ts";
import { ranked } from "./ranked.ts";

const mostColumns = 7;
const mostRows = 45;

interface Entry {
  calls: number;
  kind: Kind;
}

const others = "all others";

export function matrix(data: PageData, { streams }: FlowFacts): Markup {
  const boundary = data.head.boundary?.regions;
  const sources = folded(
    ranked(streams, (stream) => regionName(stream.source)),
    mostColumns,
  );
  const served = folded(
    ranked(streams, (stream) => regionName(stream.served)),
    mostRows,
  );
  const entries = new Map<string, Entry>();
  const key = (row: string, column: string): string => `${row} ${column}`;
  for (const stream of streams) {
    const at = key(served.of(regionName(stream.served)), sources.of(regionName(stream.source)));
    const kind = kindOf(stream.served, stream.source, boundary);
    const entry = entries.get(at) ?? { calls: 0, kind };
    entry.calls += stream.calls;
    // of calls of several kinds the gravest is the one to see
    if (kind === "outside") entry.kind = kind;
    entries.set(at, entry);
  }
  const shade = scaleQuantize<number>()
    .domain([0, Math.log1p(max(entries.values(), (entry) => entry.calls) ?? 1)])
    .range([1, 2, 3, 4]);
  const cell = (row: string, column: string): Markup => {
    const entry = entries.get(key(row, column));
    if (entry === undefined) return html`<td class="n nil">·</td>`;
    const mark = marks[entry.kind] === "" ? "" : `${marks[entry.kind]} `;
    return html`<td class="n m-${entry.kind} q${shade(Math.log1p(entry.calls))}">${mark}${grouped(entry.calls)}</td>`;
  };
  const sum = (row: string): number =>
    sources.names.reduce((total, column) => total + (entries.get(key(row, column))?.calls ?? 0), 0);
  const rows = served.names.map(
    (row) =>
      html`<tr>
        <th scope="row">${row}</th>
        ${sources.names.map((column) => cell(row, column))}
        <td class="n total">${grouped(sum(row))}</td>
      </tr> `,
  );
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Matrix of source and served Regions">
    <table class="matrix">
      <caption>
        Served calls. Columns: the Region that was called. Rows: the Region that ran them.
        ${boundary === undefined ? "" : "▲ outside the boundary, "}→ another Region than the one called, ? unknown.
      </caption>
      <thead>
        <tr>
          <th scope="col">Ran in</th>
          ${sources.names.map((column) => html`<th scope="col" class="n">${column}</th>`)}
          <th scope="col" class="n">all</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div> `;
}

/** The first names, and one for all that are left. */
function folded(names: readonly string[], most: number): { names: readonly string[]; of: (name: string) => string } {
  if (names.length <= most) return { names, of: (name) => name };
  const first = new Set(names.slice(0, most - 1));
  return { names: [...first, others], of: (name) => (first.has(name) ? name : others) };
}
