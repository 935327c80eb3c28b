/** The small tables of the sections: a caption, heads, and rows that a section draws itself. */
import { type Markup, type Piece, html } from "../markup/html.ts";

export interface DrawnTable {
  readonly className: "ranking" | "rates";
  readonly caption: Piece;
  readonly heads: readonly Markup[];
  readonly rows: Piece;
}

/** The head of a column of names or words. */
export function head(text: Piece): Markup {
  return html`<th scope="col">${text}</th> `;
}

/** The head of a column of numbers. */
export function numberHead(text: string): Markup {
  return html`<th scope="col" class="n">${text}</th> `;
}

/** The head of a column that is drawn: its name is for those who hear the page. */
export function drawnHead(text: string): Markup {
  return html`<th scope="col"><span class="sr">${text}</span></th> `;
}

export function drawnTable({ className, caption, heads, rows }: DrawnTable): Markup {
  return html`<table class="${className}">
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        ${heads}
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

/** One that is wider than a phone: it scrolls by itself, and has a name to be found by. */
export function scrollingTable(name: string, table: DrawnTable): Markup {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${name}">${drawnTable(table)}</div> `;
}
