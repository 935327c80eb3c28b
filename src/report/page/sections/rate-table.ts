/** The table of those who spill most: a name, its calls, its rate as a bar, and what the rate leaves out. */
import { grouped } from "../../value-text.ts";
import { rateBar } from "../charts/kinds.ts";
import { type Row, countOf } from "../data/reducer.ts";
import { type Markup, html } from "../markup/html.ts";
import { rate } from "../markup/words.ts";

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
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}">
    <table class="rates">
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">${noun}</th>
          <th scope="col" class="n">Calls</th>
          <th scope="col" class="n">Spilled</th>
          <th scope="col"><span class="sr">Spill rate, drawn</span></th>
          <th scope="col" class="n">Rate</th>
          <th scope="col" class="n">Unknown</th>
          <th scope="col" class="n">Denied</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div> `;
}
