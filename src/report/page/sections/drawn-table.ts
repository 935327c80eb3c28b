/** The small tables of the sections: names, and beside each what is drawn and counted of it. On a phone a row becomes a card. */
import { type Markup, type Piece, html } from "../markup/html.ts";

/** `drawn` and `sentence` take the whole width of a phone. */
type ColumnKind = "name" | "words" | "sentence" | "number" | "moment" | "drawn";

export interface DrawnColumn {
  readonly label: string;
  readonly kind: ColumnKind;
}

export interface DrawnTable {
  readonly className: "ranking" | "rates";
  readonly caption: Piece;
  /** The first one holds the names. */
  readonly columns: readonly DrawnColumn[];
  /** A cell for each column; undefined: there is nothing to say. */
  readonly rows: readonly (readonly Piece[])[];
}

export function named(label: string): DrawnColumn {
  return { label, kind: "name" };
}

export function words(label: string): DrawnColumn {
  return { label, kind: "words" };
}

export function number(label: string): DrawnColumn {
  return { label, kind: "number" };
}

/** The label of a column that is drawn is for those who hear the page. */
export function drawn(label: string): DrawnColumn {
  return { label, kind: "drawn" };
}

/** A dash: no value, which is not 0. */
export const nil: Markup = html`<span class="nil">–</span>`;

export function drawnTable({ className, caption, columns, rows }: DrawnTable): Markup {
  return html`<table class="drawn ${className}">
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        ${columns.map(headMarkup)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (cells) =>
          html`<tr>
            ${columns.map((column, index) => cellMarkup(column, cells[index]))}
          </tr> `,
      )}
    </tbody>
  </table>`;
}

/** One that may be wider than its place: it scrolls by itself, and has a name to be found by. */
export function scrollingTable(name: string, table: DrawnTable): Markup {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${name}">${drawnTable(table)}</div> `;
}

const classes: Readonly<Record<ColumnKind, string>> = {
  name: "",
  words: "",
  sentence: "sentence",
  number: "n",
  moment: "t",
  drawn: "bar-cell",
};

function headMarkup({ label, kind }: DrawnColumn): Markup {
  const text = kind === "drawn" ? html`<span class="sr">${label}</span>` : label;
  return html`<th scope="col" class="${classes[kind]}">${text}</th> `;
}

/** Where there is no head above a cell, its label stands in it. */
function cellMarkup({ label, kind }: DrawnColumn, cell: Piece): Markup {
  if (kind === "name") return html`<th scope="row">${cell}</th> `;
  if (kind === "drawn") return html`<td class="bar-cell">${cell}</td> `;
  return html`<td class="${classes[kind]}" data-l="${label}">${cell ?? nil}</td> `;
}
