/** What could not be seen, kind by kind, out of `unobservable`. */
import { type KnownReport, countOf, groupOf, textOf } from "./reducer.ts";

export interface BlindSpot {
  readonly what: string;
  readonly count: number;
  readonly why: string;
  /** Account-Regions that it concerns. */
  readonly places: number;
}

/** In the report's own order: the kinds that hide most come first. */
export const blindSpots: KnownReport<readonly BlindSpot[]> = {
  columns: ["what", "account_id", "region", "count", "why"],
  start: () => {
    const kinds = new Map<string, { what: string; count: number; why: string; places: number }>();
    return {
      add: (row) => {
        const what = textOf(row("what")) ?? "";
        const kind = groupOf(kinds, what, () => ({ what, count: 0, why: textOf(row("why")) ?? "", places: 0 }));
        kind.count += countOf(row("count"));
        if (row("account_id") !== null || row("region") !== null) kind.places++;
      },
      facts: () => [...kinds.values()],
    };
  },
};
