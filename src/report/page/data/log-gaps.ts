/** How many calls have no invocation log, and how many logs no call, out of `invocation-log-gaps`. */
import { type KnownReport, countOf, textOf } from "./reducer.ts";

export interface LogGapFacts {
  /** Calls without a log. */
  readonly calls: number;
  /** Logs without a call. */
  readonly logs: number;
  /** Account-Region-days with either. */
  readonly days: number;
}

export const logGaps: KnownReport<LogGapFacts> = {
  columns: ["account_id", "region", "day", "kind", "count"],
  start: () => {
    const days = new Set<string>();
    let [calls, logs] = [0, 0];
    return {
      add: (row) => {
        const count = countOf(row("count"));
        if (row("kind") === "log-without-call") logs += count;
        else calls += count;
        days.add(JSON.stringify([textOf(row("account_id")), textOf(row("region")), textOf(row("day"))]));
      },
      facts: () => ({ calls, logs, days: days.size }),
    };
  },
};
