/** The frame of a chart: what it shows, for eyes and for screen readers, and the table behind it. */
import { type Markup, html } from "../markup/html.ts";

export interface Figure {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** What the eye sees, in words. */
  readonly description: string;
  readonly legend?: Markup;
  readonly chart: Markup;
  /** Below the chart: what has to be known to read it right. */
  readonly note?: string;
}

export function figure({ id, title, description, legend, chart, note }: Figure): Markup {
  return html`<figure id="${id}" aria-labelledby="${id}-title">
    <figcaption>
      <h3 id="${id}-title">${title}</h3>
      <p>${description}</p>
    </figcaption>
    ${legend}${chart} ${note === undefined ? undefined : html`<p class="note">${note}</p>`}
  </figure> `;
}

export interface Drawing {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly height: number;
  readonly content: readonly Markup[];
  readonly className: string;
}

/** An image as wide as there is room: across in per cent, down in pixels, so that its text keeps its size. */
export function drawing({ id, title, description, height, content, className }: Drawing): Markup {
  return html`<svg class="${className}" width="100%" height="${height}" role="img" aria-labelledby="${id}-t ${id}-d">
    <title id="${id}-t">${title}</title>
    <desc id="${id}-d">${description}</desc>
    ${content}
  </svg> `;
}
