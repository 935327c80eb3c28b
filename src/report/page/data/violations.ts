/** What ran outside the boundary, out of `boundary-violations`. */
import { type KnownReport, countOf, textOf } from "./reducer.ts";

export interface ViolationFacts {
  readonly calls: number;
  readonly principals: number;
}

export const violations: KnownReport<ViolationFacts> = {
  columns: ["served_region", "country", "principal", "account_id", "profile_id", "invocations"],
  start: () => {
    const principals = new Set<string | null>();
    let calls = 0;
    return {
      add: (row) => {
        calls += countOf(row("invocations"));
        principals.add(textOf(row("principal")));
      },
      facts: () => ({ calls, principals: principals.size }),
    };
  },
};
