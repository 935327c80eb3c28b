/** The section on denied calls: by destination and policy, and what is allowed beside it. */
import { grouped } from "../../value-text.ts";
import { bar } from "../charts/kinds.ts";
import type { DenialGroup } from "../data/denials.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount, clipped } from "../markup/words.ts";
import { routesPart } from "./routes.ts";
import { type Section, type SectionInput, findTable, partMarkup } from "./section.ts";
import { drawn, drawnTable, named, number } from "./drawn-table.ts";

const mostGroups = 12;
const mostOfSentence = 2000;

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
    body: [
      groups.length === 0 ? undefined : groupTable(groups),
      explanationList(groups),
      tableOf(table),
      partMarkup(routesPart(data, tableOf)),
    ],
  };
}

/** Whole sentences, for the largest groups: what is left out of a policy's answer makes it another one. */
function explanationList(groups: readonly DenialGroup[]): Markup | undefined {
  const all = groups.flatMap(({ region, explanations }) => explanations.map((each) => ({ region, ...each })));
  if (all.length === 0) return undefined;
  const shown = all.toSorted((a, b) => b.calls - a.calls).slice(0, mostGroups);
  const rest = all.length - shown.length;
  return html`<h3>What would let these calls through</h3>
    <p class="note">
      By the policies of the bundle: AWS names one policy in a denial, here each one is asked. All sentences are in the
      table below.
    </p>
    <ul class="sentences">
      ${shown.map(
        ({ region, text, calls }) =>
          html`<li>
            <strong>${regionText(region)}</strong>, ${amount(calls, "call")}: ${clipped(text, mostOfSentence)}
          </li> `,
      )}
    </ul>
    ${rest === 0 ? undefined : html`<p class="note">And ${amount(rest, "more sentence")} below.</p>`}`;
}

function regionText(region: string | null): Markup | string {
  if (region === null) return "Region not stated";
  return region === "unspecified" ? "the ARN without a Region" : clipped(region, 60);
}

function groupTable(groups: readonly DenialGroup[]): Markup {
  const shown = groups.length > mostGroups ? groups.slice(0, mostGroups - 1) : groups;
  const rest = groups.slice(shown.length);
  const largest = groups[0]?.calls ?? 1;
  const rows = shown.map(({ region, by, explicit, policy, calls }) => [
    html`<span class="name">${regionText(region)}</span
      ><span class="aside block"
        >${by === null ? "kind of policy not stated" : clipped(by, 60)}${explicit === null ? "" : explicit ? ", explicit deny" : ", nothing allows it"}</span
      >${policy === null ? undefined : html`<span class="aside block">${clipped(policy, 160)}</span>`}`,
    bar(calls / largest, "plain"),
    grouped(calls),
  ]);
  const more = [
    amount(rest.length, "more destination and policy", "more destinations and policies"),
    undefined,
    grouped(rest.reduce((sum, group) => sum + group.calls, 0)),
  ];
  return drawnTable({
    className: "ranking",
    caption: "Denied calls by the destination that was denied and the kind of policy",
    columns: [named("Destination and policy"), drawn("Calls, drawn"), number("Calls")],
    rows: rest.length === 0 ? rows : [...rows, more],
  });
}
