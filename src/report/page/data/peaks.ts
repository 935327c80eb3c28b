/** The highest peak and what was throttled, out of `peaks`. */
import { type KnownReport, countOf, momentOf, textOf } from "./reducer.ts";

export interface Peak {
  readonly calls: number;
  /** The minute, epoch milliseconds, UTC. */
  readonly at: number | undefined;
  readonly region: string | null;
  readonly name: string | null;
}

export interface PeakFacts {
  readonly highest: Peak | undefined;
  readonly direct: Throttling;
  readonly viaProfile: Throttling;
}

export interface Throttling {
  readonly calls: number;
  readonly throttled: number;
}

export const peaks: KnownReport<PeakFacts> = {
  columns: [
    "source_region",
    "profile_id",
    "model",
    "via_profile",
    "calls_p50",
    "calls_p95",
    "calls_peak",
    "peak_at",
    "spill_rate_busy",
    "spill_rate_rest",
    "throttled",
    "calls",
    "throttled_share_before",
    "throttled_share_since",
  ],
  start: () => {
    const direct = { calls: 0, throttled: 0 };
    const viaProfile = { calls: 0, throttled: 0 };
    let highest: Peak | undefined;
    return {
      add: (row) => {
        const sum = row("via_profile") === true ? viaProfile : direct;
        sum.calls += countOf(row("calls"));
        sum.throttled += countOf(row("throttled"));
        const calls = countOf(row("calls_peak"));
        if (calls <= (highest?.calls ?? 0)) return;
        highest = {
          calls,
          at: momentOf(row("peak_at")),
          region: textOf(row("source_region")),
          name: textOf(row("profile_id")) ?? textOf(row("model")),
        };
      },
      facts: () => ({ highest, direct, viaProfile }),
    };
  },
};
