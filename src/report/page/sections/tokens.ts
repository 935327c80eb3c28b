/** The section on tokens by served Region, where the logs state them. */
import { grouped } from "../../value-text.ts";
import { bar, kindOf, marks, regionCode } from "../charts/kinds.ts";
import type { PageData } from "../data/page-data.ts";
import type { TokenSum } from "../data/tokens.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount } from "../markup/words.ts";
import { type Section, type SectionInput, findTable } from "./section.ts";
import { drawn, named, nil, number, scrollingTable } from "./drawn-table.ts";

const mostRegions = 45;

export function tokensSection({ data, tableOf }: SectionInput): Section | undefined {
  const sums = data.facts["tokens-by-region"];
  const table = findTable(data, "tokens-by-region");
  if (sums === undefined || table === undefined) return undefined;
  const total = (part: "input" | "output" | "without" | "calls"): bigint =>
    sums.reduce((sum, one) => sum + one[part], 0n);
  const stated = total("calls") - total("without");
  return {
    id: "tokens",
    title: "Tokens",
    finding:
      sums.length === 0
        ? html`No served call is in these logs.`
        : html`<strong>${amount(total("input") + total("output"), "token")}</strong> in ${amount(stated, "call")} that
            state them: ${grouped(total("input"))} in, ${grouped(total("output"))} out.
            ${amount(total("without"), "call states", "calls state")} none.`,
    body: [sums.length === 0 ? undefined : regionTable(sums.slice(0, mostRegions), data), tableOf(table)],
  };
}

/** Where no call of a Region states its tokens, their number is not 0: it is unknown. */
function stated({ calls, without }: TokenSum, tokens: bigint): Markup | string {
  return calls === without ? nil : grouped(tokens);
}

function regionTable(sums: readonly TokenSum[], data: PageData): Markup {
  const boundary = data.head.boundary?.regions;
  const countries = new Map(data.regions.map(({ region, country_name: name }) => [region, name]));
  const both = (sum: TokenSum): number => Number(sum.input + sum.output);
  const largest = Math.max(1, ...sums.map(both));
  const rows = sums.map((sum) => {
    const kind = boundary === undefined && sum.region !== null ? "local" : kindOf(sum.region, sum.region, boundary);
    const mark = marks[kind] === "" ? "" : `${marks[kind]} `;
    return [
      html`${mark}${regionCode(sum.region)}
        <span class="aside">${sum.region === null ? "" : (countries.get(sum.region) ?? "country unknown")}</span>`,
      bar(both(sum) / largest, kind),
      stated(sum, sum.input),
      stated(sum, sum.output),
      grouped(sum.without),
    ];
  });
  return scrollingTable("Tokens, drawn by Region", {
    className: "ranking",
    caption: "Tokens by the Region that ran the call",
    columns: [
      named("Served Region"),
      drawn("Tokens, drawn"),
      number("Input"),
      number("Output"),
      number("Calls without"),
    ],
    rows,
  });
}
