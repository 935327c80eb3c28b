/** The claims and their outcomes, out of `claims`. */
import { type KnownReport, textOf } from "./reducer.ts";

export interface Claim {
  readonly claim: string;
  /** `met`, `not met` or `not shown`. */
  readonly outcome: string;
  /** What decides it. */
  readonly numbers: string | null;
  /** What would have to be known. */
  readonly missing: string | null;
}

export const claims: KnownReport<readonly Claim[]> = {
  columns: ["claim", "outcome", "numbers", "missing"],
  start: () => {
    const all: Claim[] = [];
    return {
      add: (row) =>
        void all.push({
          claim: textOf(row("claim")) ?? "",
          outcome: textOf(row("outcome")) ?? "",
          numbers: textOf(row("numbers")),
          missing: textOf(row("missing")),
        }),
      facts: () => all,
    };
  },
};
