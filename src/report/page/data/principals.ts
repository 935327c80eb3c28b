/** How many there are behind the calls, and what became of these, out of `spillover-by-principal`. */
import { type KnownReport, countOf, textOf } from "./reducer.ts";

export interface PrincipalFacts {
  readonly principals: number;
  /** Those with a call that was served outside its source Region. */
  readonly spilling: number;
  /** Accounts of callers, sorted. */
  readonly accounts: readonly string[];
  readonly invocations: number;
  readonly viaProfile: number;
  readonly known: number;
  readonly spilled: number;
  /** Served calls whose Region is unknown. */
  readonly unknown: number;
  readonly denied: number;
  readonly throttled: number;
  readonly failed: number;
}

const counted = ["invocations", "known", "spilled", "unknown", "denied", "throttled", "failed"] as const;

export const principals: KnownReport<PrincipalFacts> = {
  columns: ["principal", "account_id", "via_profile", "spill_rate", ...counted],
  start: () => {
    const accounts = new Set<string>();
    const sums = { invocations: 0, known: 0, spilled: 0, unknown: 0, denied: 0, throttled: 0, failed: 0 };
    let rows = 0;
    let spilling = 0;
    let viaProfile = 0;
    return {
      add: (row) => {
        rows++;
        if (countOf(row("spilled")) > 0) spilling++;
        viaProfile += countOf(row("via_profile"));
        for (const name of counted) sums[name] += countOf(row(name));
        const account = textOf(row("account_id"));
        if (account !== null) accounts.add(account);
      },
      facts: () => ({ principals: rows, spilling, accounts: [...accounts].toSorted(), viaProfile, ...sums }),
    };
  },
};
