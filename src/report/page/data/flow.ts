/** The flow from source to served Regions, out of `spillover-by-region`. */
import { type KnownReport, countOf, momentOf, textOf } from "./reducer.ts";

/** Served calls of one source Region in one served Region; null: not known. */
export interface Stream {
  readonly source: string | null;
  readonly served: string | null;
  readonly calls: number;
  readonly viaProfile: number;
  readonly spilled: number;
}

export interface FlowFacts {
  readonly streams: readonly Stream[];
  /** First and last call, epoch milliseconds; none: there is no call. */
  readonly first: number | undefined;
  readonly last: number | undefined;
}

export const flow: KnownReport<FlowFacts> = {
  columns: ["source_region", "served_region", "invocations", "via_profile", "spilled", "first_seen", "last_seen"],
  start: () => {
    const streams: Stream[] = [];
    let first: number | undefined;
    let last: number | undefined;
    return {
      add: (row) => {
        streams.push({
          source: textOf(row("source_region")),
          served: textOf(row("served_region")),
          calls: countOf(row("invocations")),
          viaProfile: countOf(row("via_profile")),
          spilled: countOf(row("spilled")),
        });
        const [from, to] = [momentOf(row("first_seen")), momentOf(row("last_seen"))];
        if (from !== undefined) first = Math.min(first ?? from, from);
        if (to !== undefined) last = Math.max(last ?? to, to);
      },
      facts: () => ({ streams, first, last }),
    };
  },
};
