/** The truth about the made-up organization: its entries judged by the rules, and never read from its records. */
import type { Entry, ModelKind } from "../../src/demo/entry.ts";

export type Outcome = Entry["outcome"];

/** One invocation as the pipeline should report it; names as in the table `invocation`. */
export interface DemoInvocation {
  readonly invocation_key: string;
  readonly event_time: number;
  readonly source_region: string;
  readonly served_region: string | null;
  readonly region_evidence: string | null;
  readonly spilled: boolean | null;
  readonly outcome: Outcome;
  readonly operation: string;
  readonly streaming: boolean;
  readonly account_id: string;
  readonly principal: string;
  readonly model_id: string | null;
  readonly model_kind: ModelKind;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly denied_region: string | null;
  readonly denied_by: string | null;
  readonly events: number;
  readonly region_conflict: boolean;
}

function evidenceOf(entry: Entry, firstCompletion: number): readonly [region: string | null, evidence: string] {
  if (entry.callRegion !== null) return [entry.callRegion, "api-call"];
  if (entry.completion !== null && entry.completion.region !== null)
    return [entry.completion.region, "stream-completion"];
  if (entry.kind === "foundation-model") return [entry.region, "direct"];
  if (entry.batch) return [null, "unresolvable"];
  if (entry.completion !== null) return [entry.region, "absence"];
  if (entry.omitted) return [null, "unresolvable"];
  return entry.streaming && firstCompletion <= entry.at ? [null, "pending"] : [entry.region, "absence"];
}

/** Every entry judged by the rules, with all completions known. */
export function judgedEntries(entries: readonly Entry[]): readonly DemoInvocation[] {
  const first = new Map<string, number>();
  const pair = (entry: Entry): string => `${entry.account} ${entry.region}`;
  for (const entry of entries) {
    if (entry.completion !== null)
      first.set(pair(entry), Math.min(entry.completion.at, first.get(pair(entry)) ?? Infinity));
  }
  return entries.map((entry) => {
    const [served, evidence] =
      entry.outcome === "served" ? evidenceOf(entry, first.get(pair(entry)) ?? Infinity) : [null, null];
    return {
      invocation_key: entry.key,
      event_time: entry.at,
      source_region: entry.region,
      served_region: served,
      region_evidence: evidence,
      spilled: served === null ? null : served !== entry.region,
      outcome: entry.outcome,
      operation: entry.operation,
      streaming: entry.streaming,
      account_id: entry.account,
      principal: entry.principal,
      model_id: entry.modelId,
      model_kind: entry.kind,
      input_tokens: entry.tokens?.input ?? null,
      output_tokens: entry.tokens?.output ?? null,
      denied_region: entry.denial?.region ?? null,
      denied_by: entry.denial?.by ?? null,
      events: entry.events,
      region_conflict:
        entry.callRegion !== null &&
        entry.completion !== null &&
        entry.completion.region !== null &&
        entry.completion.region !== entry.callRegion,
    };
  });
}
