/** The section on what could not be seen. */
import { grouped } from "../../value-text.ts";
import { html } from "../markup/html.ts";
import { amount, clipped } from "../markup/words.ts";
import { type Section, type SectionInput, findTable, unknowable } from "./section.ts";

const mostKinds = 40;

export function blindSection({ data, tableOf }: SectionInput): Section | undefined {
  const spots = data.facts.unobservable;
  const table = findTable(data, "unobservable");
  if (spots === undefined || table === undefined) return undefined;
  const rows = spots.slice(0, mostKinds).map(
    ({ what, count, why, places }) =>
      html`<tr>
        <th scope="row" class="n">${grouped(count)}</th>
        <td>
          ${clipped(why, 300)}
          <span class="aside block"
            >${clipped(what, 60)}${places === 0 ? "" : `, in ${amount(places, "account-Region")}`}</span
          >
        </td>
      </tr> `,
  );
  return {
    id: "blind",
    title: "What could not be seen",
    finding:
      spots.length === 0
        ? data.facts.coverage?.accountRegions.length === 0
          ? html`There is not one log file in the range: nothing could be seen.`
          : html`Nothing is known to be hidden.`
        : html`<strong>${amount(spots.length, "kind")}</strong> of blind spot. Beside each count stands what it hides.`,
    body: [
      unknowable(data, "unobservable"),
      rows.length === 0
        ? undefined
        : html`<table class="blind">
            <caption>
              Kinds of blind spot, as the report unobservable counts them
            </caption>
            <thead>
              <tr>
                <th scope="col" class="n">Count</th>
                <th scope="col">What it means</th>
              </tr>
            </thead>
            <tbody>
              ${rows}
            </tbody>
          </table>`,
      tableOf(table),
    ],
  };
}
