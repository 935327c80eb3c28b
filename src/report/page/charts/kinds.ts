/** The four kinds of served call that colours, marks and words keep apart on the whole page. */
import { type Markup, html } from "../markup/html.ts";
import { regionName } from "../markup/words.ts";

export type Kind = "local" | "elsewhere" | "outside" | "unknown";

/** In the order in which they are stacked and listed. */
export const kinds: readonly Kind[] = ["outside", "unknown", "elsewhere", "local"];

export function kindOf(served: string | null, source: string | null, boundary: readonly string[] | undefined): Kind {
  if (served === null) return "unknown";
  if (boundary !== undefined && !boundary.includes(served)) return "outside";
  return served === source ? "local" : "elsewhere";
}

/** A mark beside the colour: no meaning hangs on colour alone. */
export const marks: Readonly<Record<Kind, string>> = { local: "", elsewhere: "→", outside: "▲", unknown: "?" };

export interface LegendEntry {
  readonly kind: Kind;
  readonly label: string;
}

export function legend(entries: readonly LegendEntry[]): Markup {
  const items = entries.map(
    ({ kind, label }) => html`<li>${swatch(kind)}${marks[kind] === "" ? "" : `${marks[kind]} `}${label}</li>`,
  );
  return html`<ul class="legend">
    ${items}
  </ul>`;
}

function swatch(kind: Kind): Markup {
  return html`<svg class="swatch" width="14" height="14" aria-hidden="true">
    <rect width="14" height="14" class="${kind}" />
  </svg>`;
}

/** A bar as wide as its share of the cell. A trace shows a hair. */
export function bar(share: number, kind: Kind | "plain"): Markup {
  const width = share <= 0 ? 0 : Math.max(0.6, Math.min(100, share * 100));
  return html`<svg class="bar" width="100%" height="12" aria-hidden="true">
    <rect width="${fixed(width)}%" height="12" class="${kind}" />
  </svg>`;
}

/** A bar within the whole that it is a part of. */
export function rateBar(share: number, kind: Kind): Markup {
  return html`<svg class="bar" width="100%" height="12" aria-hidden="true">
    <rect width="100%" height="12" class="track" />
    <rect width="${fixed(Math.max(0, Math.min(100, share * 100)))}%" height="12" class="${kind}" />
  </svg>`;
}

/** A Region's code on one line; other texts may break. */
export function regionCode(region: string | null): Markup {
  const name = regionName(region);
  return html`<span class="code${name.length > 16 ? " long" : ""}">${name}</span>`;
}

/** Coordinates with two decimals: finer is nothing that a screen shows. */
export function fixed(value: number): string {
  return String(Number(value.toFixed(2)));
}
