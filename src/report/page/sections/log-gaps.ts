/** The part on invocation logs: which calls have none, which logs have no call, and whether they were compared at all. */
import { grouped } from "../../value-text.ts";
import type { LogGapFacts } from "../data/log-gaps.ts";
import type { PageData, ReportTable } from "../data/page-data.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount } from "../markup/words.ts";
import { type Part, findTable } from "./section.ts";

export function logGapsPart(data: PageData, tableOf: (table: ReportTable) => Markup): Part | undefined {
  const table = findTable(data, "invocation-log-gaps");
  if (table === undefined) return undefined;
  const facts = data.facts["invocation-log-gaps"];
  const why = data.head.unknowable?.["invocation-log-gaps"];
  const finding = why === undefined ? facts && sentence(facts) : html`<strong>Not shown.</strong> ${why}`;
  return { title: table.title, finding, body: [tableOf(table)] };
}

function sentence({ calls, logs, days }: LogGapFacts): Markup {
  if (calls + logs === 0)
    return html`No gap is known: where invocation logs are loaded, each served call has one and each log has a call.`;
  return html`<strong>${amount(calls, "served call")}</strong> ${calls === 1 ? "has" : "have"} no invocation log, and
    <strong>${grouped(logs)}</strong> invocation ${logs === 1 ? "log has" : "logs have"} no call in the trail, on
    ${amount(days, "account-Region-day")}.`;
}
