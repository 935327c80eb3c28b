/** The table of those who spill most: a name, its calls, its rate as a bar, and what the rate leaves out. */
import { grouped } from "../../value-text.ts";
import { rateBar } from "../charts/kinds.ts";
import { type Row, countOf } from "../data/reducer.ts";
import { type Markup, html } from "../markup/html.ts";
import { rate, unbroken } from "../markup/words.ts";
import { drawn, named, number, scrollingTable } from "./drawn-table.ts";

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
    return [
      html`<span class="name">${name}</span><span class="aside block">${unbroken(detail)}</span>`,
      grouped(count("invocations")),
      grouped(spilled),
      known === 0 ? undefined : rateBar(spilled / known, "elsewhere"),
      rate(spilled, known),
      grouped(count("unknown")),
      grouped(count("denied")),
    ];
  });
  return scrollingTable(caption, {
    className: "rates",
    caption,
    columns: [
      named(noun),
      number("Calls"),
      number("Spilled"),
      drawn("Spill rate, drawn"),
      number("Rate"),
      number("Unknown"),
      number("Denied"),
    ],
    rows,
  });
}
