/** Denied calls by destination and kind of policy, out of `denials`. */
import { type KnownReport, countOf, groupOf, textOf } from "./reducer.ts";

export interface DenialGroup {
  /** Null: the message does not say; `unspecified`: the Region-less ARN. */
  readonly region: string | null;
  readonly by: string | null;
  readonly explicit: boolean | null;
  readonly policy: string | null;
  readonly calls: number;
}

export const denials: KnownReport<readonly DenialGroup[]> = {
  columns: ["denied_region", "denied_by", "explicit", "policy_arn", "invocations"],
  start: () => {
    const groups = new Map<string, Omit<DenialGroup, "calls"> & { calls: number }>();
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
        groupOf(groups, key, () => ({ ...group, calls: 0 })).calls += countOf(row("invocations"));
      },
      facts: () =>
        [...groups].toSorted(([a, x], [b, y]) => y.calls - x.calls || (a < b ? -1 : 1)).map(([, group]) => group),
    };
  },
};
