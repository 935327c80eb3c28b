/** The section on denied calls: by destination and policy, and what is allowed beside it. */
import { grouped } from "../../value-text.ts";
import { bar } from "../charts/kinds.ts";
import type { DenialGroup } from "../data/denials.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount, clipped } from "../markup/words.ts";
import { routesMarkup } from "./routes.ts";
import { type Section, type SectionInput, findTable } from "./section.ts";

const mostGroups = 12;

export function deniedSection({ data, tableOf }: SectionInput): Section | undefined {
  const groups = data.facts.denials;
  const table = findTable(data, "denials");
  if (groups === undefined || table === undefined) return undefined;
  const denied = groups.reduce((sum, group) => sum + group.calls, 0);
  const finding =
    denied === 0
      ? html`No denied call is in these logs.`
      : html`<strong>${amount(denied, "call")}</strong> ${denied === 1 ? "was" : "were"} denied. A denial is counted
          apart: it ran nowhere and is in no rate.`;
  return {
    id: "denied",
    title: "Denied",
    finding,
    body: [groups.length === 0 ? undefined : groupTable(groups), tableOf(table), routesMarkup(data, tableOf)],
  };
}

function groupTable(groups: readonly DenialGroup[]): Markup {
  const shown = groups.length > mostGroups ? groups.slice(0, mostGroups - 1) : groups;
  const rest = groups.slice(shown.length);
  const largest = groups[0]?.calls ?? 1;
  const rows = shown.map(
    ({ region, by, explicit, policy, calls }) =>
      html`<tr>
        <th scope="row">
          <span class="name"
            >${region === null ? "Region not stated" : region === "unspecified" ? "the ARN without a Region" : clipped(region, 60)}</span
          ><span class="aside block"
            >${by === null ? "kind of policy not stated" : clipped(by, 60)}${explicit === null ? "" : explicit ? ", explicit deny" : ", nothing allows it"}${policy === null ? "" : html` · ${clipped(policy, 160)}`}</span
          >
        </th>
        <td class="bar-cell">${bar(calls / largest, "plain")}</td>
        <td class="n">${grouped(calls)}</td>
      </tr> `,
  );
  const more =
    rest.length === 0
      ? undefined
      : html`<tr>
          <th scope="row">${amount(rest.length, "more destination and policy", "more destinations and policies")}</th>
          <td></td>
          <td class="n">${grouped(rest.reduce((sum, group) => sum + group.calls, 0))}</td>
        </tr>`;
  return html`<table class="ranking">
    <caption>
      Denied calls by the destination that was denied and the kind of policy
    </caption>
    <thead>
      <tr>
        <th scope="col">Destination and policy</th>
        <th scope="col"><span class="sr">Calls, drawn</span></th>
        <th scope="col" class="n">Calls</th>
      </tr>
    </thead>
    <tbody>
      ${rows}${more}
    </tbody>
  </table> `;
}
