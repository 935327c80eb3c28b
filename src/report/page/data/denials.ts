/** Denied calls by destination and kind of policy, out of `denials`. */
import { type KnownReport, countOf, groupOf, textOf } from "./reducer.ts";

export interface DenialGroup {
  /** Null: the message does not say; `unspecified`: the Region-less ARN. */
  readonly region: string | null;
  readonly by: string | null;
  readonly explicit: boolean | null;
  readonly policy: string | null;
  readonly calls: number;
  /** What policies say of its calls, each sentence once; none without a bundle. */
  readonly explanations: readonly Explanation[];
}

export interface Explanation {
  readonly text: string;
  readonly calls: number;
}

type Group = Omit<DenialGroup, "calls" | "explanations"> & { calls: number; explanations: Map<string, number> };

export const denials: KnownReport<readonly DenialGroup[]> = {
  columns: ["denied_region", "denied_by", "explicit", "policy_arn", "invocations"],
  start: () => {
    const groups = new Map<string, Group>();
    return {
      add: (row) => {
        const explicit = row("explicit");
        const group = {
          region: textOf(row("denied_region")),
          by: textOf(row("denied_by")),
          explicit: typeof explicit === "boolean" ? explicit : null,
          policy: textOf(row("policy_arn")),
        };
        const key = JSON.stringify(Object.values(group));
        const sum = groupOf(groups, key, () => ({ ...group, calls: 0, explanations: new Map() }));
        const calls = countOf(row("invocations"));
        sum.calls += calls;
        const text = textOf(row("explanation"));
        if (text !== null) sum.explanations.set(text, (sum.explanations.get(text) ?? 0) + calls);
      },
      facts: () =>
        [...groups]
          .toSorted(([a, x], [b, y]) => y.calls - x.calls || (a < b ? -1 : 1))
          .map(([, group]) => ({ ...group, explanations: mostFirst(group.explanations) })),
    };
  },
};

function mostFirst(explanations: ReadonlyMap<string, number>): Explanation[] {
  return [...explanations]
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([text, calls]) => ({ text, calls }));
}
