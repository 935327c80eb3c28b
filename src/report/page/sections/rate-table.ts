/** The table of those who spill most: a name, its calls, its rate as a bar, and what the rate leaves out. */
import { grouped } from "../../value-text.ts";
import { rateBar } from "../charts/kinds.ts";
import { type Row, countOf } from "../data/reducer.ts";
import { type Markup, html } from "../markup/html.ts";
import { rate } from "../markup/words.ts";
import { drawnHead, head, numberHead, scrollingTable } from "./drawn-table.ts";

export interface RatedName {
  readonly name: string;
  /** Smaller, below the name. */
  readonly detail: string;
  readonly row: Row;
}

export interface RateTable {
  readonly caption: string;
  /** What the names are: heads their column. */
  readonly noun: string;
  readonly names: readonly RatedName[];
}

export function rateTable({ caption, noun, names }: RateTable): Markup {
  const rows = names.map(({ name, detail, row }) => {
    const count = (column: string): number => countOf(row(column));
    const [spilled, known] = [count("spilled"), count("known")];
    return html`<tr>
      <th scope="row"><span class="name">${name}</span><span class="aside block">${detail}</span></th>
      <td class="n">${grouped(count("invocations"))}</td>
      <td class="n">${grouped(spilled)}</td>
      <td class="bar-cell">${known === 0 ? undefined : rateBar(spilled / known, "elsewhere")}</td>
      <td class="n">${rate(spilled, known)}</td>
      <td class="n">${grouped(count("unknown"))}</td>
      <td class="n">${grouped(count("denied"))}</td>
    </tr> `;
  });
  return scrollingTable(caption, {
    className: "rates",
    caption: caption,
    heads: [
      head(noun),
      numberHead("Calls"),
      numberHead("Spilled"),
      drawnHead("Spill rate, drawn"),
      numberHead("Rate"),
      numberHead("Unknown"),
      numberHead("Denied"),
    ],
    rows: rows,
  });
}
