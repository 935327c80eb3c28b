/** One line of the heat map: a cell for each day, week or month, distinguished by shape as well as by shade. */
import { type Markup, html } from "../markup/html.ts";
import { fixed } from "./kinds.ts";

export type CellKind = "full" | "partial" | "empty" | "gone" | "unlisted" | "outside-span";

export interface HeatCell {
  readonly kind: CellKind;
  /** 1 to 4, for `full` and `partial`. */
  readonly shade: number;
  /** Said where there is something to say. */
  readonly title?: string;
}

const height = 18;

export function heatStrip(cells: readonly HeatCell[], label: string): Markup {
  const width = 100 / Math.max(1, cells.length);
  const gap = cells.length > 70 ? 0.04 : 0.12;
  const drawn = cells.map((cell, index) => {
    const x = fixed(index * width + (width * gap) / 2);
    const w = fixed(width * (1 - gap));
    const title = cell.title === undefined ? undefined : html`<title>${cell.title}</title>`;
    switch (cell.kind) {
      case "outside-span":
        return html``;
      case "full":
        return html`<rect x="${x}%" width="${w}%" height="${height}" class="s${cell.shade}" />`;
      case "partial":
        return html`<g
          >${title}<rect x="${x}%" width="${w}%" height="${height}" class="hole" /><rect
            x="${x}%"
            y="${height / 2}"
            width="${w}%"
            height="${height / 2}"
            class="s${cell.shade}"
        /></g>`;
      case "gone":
        return html`<g
          >${title}<rect x="${x}%" width="${w}%" height="${height}" class="hole" /><rect
            x="${x}%"
            y="${height / 2 - 1}"
            width="${w}%"
            height="2"
            class="s2"
        /></g>`;
      case "unlisted":
        return html`<g>${title}<rect x="${x}%" width="${w}%" height="${height}" class="unlisted" /></g>`;
      case "empty":
        return html`<g>${title}<rect x="${x}%" width="${w}%" height="${height}" class="gap" /></g>`;
    }
  });
  return html`<svg class="strip" width="100%" height="${height}" role="img" aria-label="${label}">${drawn}</svg>`;
}
