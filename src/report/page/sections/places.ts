/** The world view: Regions that served, under their countries and jurisdictions. */
import { grouped } from "../../value-text.ts";
import { bar, kindOf, marks, regionCode } from "../charts/kinds.ts";
import type { PageData, PageRegion } from "../data/page-data.ts";
import { groupOf } from "../data/reducer.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount, listed, rate } from "../markup/words.ts";
import type { Section, SectionInput } from "./section.ts";

interface Place {
  readonly region: string;
  readonly known: PageRegion | undefined;
  readonly calls: number;
}

interface Jurisdiction {
  readonly name: string;
  readonly places: readonly Place[];
  readonly calls: number;
}

const mostRegions = 45;

export function placesSection({ data }: SectionInput): Section | undefined {
  const flow = data.facts["spillover-by-region"];
  if (flow === undefined) return undefined;
  const sums = new Map<string, number>();
  let unknown = 0;
  for (const { served, calls } of flow.streams) {
    if (served === null) unknown += calls;
    else sums.set(served, (sums.get(served) ?? 0) + calls);
  }
  const jurisdictions = jurisdictionsOf(data, sums);
  const known = jurisdictions.reduce((sum, one) => sum + one.calls, 0);
  if (known === 0) return undefined;
  const places = jurisdictions.flatMap((one) => one.places);
  const countries = new Set(places.flatMap((place) => place.known?.country_name ?? []));
  const strangers = places.filter((place) => place.known === undefined).length;
  const first = jurisdictions.slice(0, 3).map((one) => `${one.name} ${rate(one.calls, known)}`);
  const names = jurisdictions.length > 3 ? [...first, `${jurisdictions.length - 3} more`] : first;
  const where =
    strangers === 0
      ? amount(countries.size, "country", "countries")
      : `${amount(countries.size, "country", "countries")}, ${amount(strangers, "Region")} of no known country among them`;
  const finding = html`Processed in <strong>${amount(sums.size, "Region")}</strong> of
    ${where}${names.length > 1 ? html`: ${listed(names)}` : undefined}.`;
  return {
    id: "places",
    title: "Countries and jurisdictions",
    finding,
    body: [table(data, jurisdictions, known, unknown)],
  };
}

function jurisdictionsOf(data: PageData, sums: ReadonlyMap<string, number>): Jurisdiction[] {
  const reference = new Map(data.regions.map((row) => [row.region, row]));
  const groups = new Map<string, Place[]>();
  for (const [region, calls] of sums) {
    const known = reference.get(region);
    groupOf(groups, jurisdictionName(known), () => []).push({ region, known, calls });
  }
  return [...groups]
    .map(([name, places]) => ({
      name,
      places: places.toSorted((a, b) => b.calls - a.calls || (a.region < b.region ? -1 : 1)),
      calls: places.reduce((sum, place) => sum + place.calls, 0),
    }))
    .toSorted((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1));
}

function jurisdictionName(region: PageRegion | undefined): string {
  if (region === undefined) return "Region not in the reference data";
  return region.jurisdiction === "EU" ? "European Union" : region.country_name;
}

function table(data: PageData, jurisdictions: readonly Jurisdiction[], known: number, unknown: number): Markup {
  const boundary = data.head.boundary?.regions;
  const largest = Math.max(...jurisdictions.flatMap((one) => one.places.map((place) => place.calls)));
  let left = mostRegions;
  const bodies = jurisdictions.map(({ name, places, calls }) => {
    const shown = places.slice(0, Math.max(0, left));
    left -= shown.length;
    const rest = places.length - shown.length;
    return html`<tbody>
      <tr class="group">
        <th scope="rowgroup" colspan="2">${name}</th>
        <td class="n">${grouped(calls)}</td>
        <td class="n">${rate(calls, known)}</td>
      </tr>
      ${shown.map((place) => placeRow(place, boundary, largest, known))}${
        rest > 0
          ? html`<tr>
              <th scope="row">${amount(rest, "more Region")}</th>
              <td></td>
              <td></td>
              <td></td>
            </tr>`
          : undefined
      }
    </tbody> `;
  });
  const blind =
    unknown === 0
      ? undefined
      : html`<tbody>
          <tr class="group">
            <th scope="rowgroup" colspan="2">? served Region unknown</th>
            <td class="n">${grouped(unknown)}</td>
            <td class="n nil">–</td>
          </tr>
        </tbody>`;
  return html`<table class="places">
    <caption>
      Served calls by the jurisdiction, country and Region that ran them; shares are of the calls with a known
      Region.${boundary === undefined ? "" : " ▲ outside the boundary."}
    </caption>
    <thead>
      <tr>
        <th scope="col">Region</th>
        <th scope="col"><span class="sr">Calls, drawn</span></th>
        <th scope="col" class="n">Calls</th>
        <th scope="col" class="n">Share</th>
      </tr>
    </thead>
    ${bodies}${blind}
  </table> `;
}

function placeRow(
  { region, known, calls }: Place,
  boundary: readonly string[] | undefined,
  largest: number,
  all: number,
): Markup {
  // nothing is local here: the same Region serves its own calls and those of others
  const kind = boundary === undefined ? "local" : kindOf(region, region, boundary);
  const mark = marks[kind] === "" ? "" : `${marks[kind]} `;
  const where =
    known === undefined ? "country unknown" : `${/\((.+)\)/.exec(known.name)?.[1] ?? known.name}, ${known.country}`;
  return html`<tr>
    <th scope="row">${mark}${regionCode(region)} <span class="aside">${where}</span></th>
    <td class="bar-cell">${bar(calls / largest, kind)}</td>
    <td class="n">${grouped(calls)}</td>
    <td class="n">${rate(calls, all)}</td>
  </tr> `;
}
