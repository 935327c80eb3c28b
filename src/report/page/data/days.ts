/** The calls of each day: inside and outside of the boundary, or in and out of the source Region. */
import { type KnownReport, type Row, countOf, groupOf, momentOf } from "./reducer.ts";

export interface Day {
  /** Its first moment, epoch milliseconds, UTC. */
  readonly at: number;
  readonly inside: number;
  readonly outside: number;
  readonly unknown: number;
}

type Counts = Omit<Day, "at">;

function days(columns: readonly string[], counts: (row: Row) => Counts): KnownReport<readonly Day[]> {
  return {
    columns: ["bucket", ...columns],
    start: () => {
      const byDay = new Map<number, { -readonly [key in keyof Day]: number }>();
      return {
        add: (row) => {
          const at = momentOf(row("bucket"));
          if (at === undefined) return;
          const sum = groupOf(byDay, at, () => ({ at, inside: 0, outside: 0, unknown: 0 }));
          const { inside, outside, unknown } = counts(row);
          sum.inside += inside;
          sum.outside += outside;
          sum.unknown += unknown;
        },
        facts: () => [...byDay.values()].toSorted((a, b) => a.at - b.at),
      };
    },
  };
}

/** All served calls, by the boundary: out of `boundary-timeline`. */
export const boundaryDays: KnownReport<readonly Day[]> = days(["inside", "outside", "unknown"], (row) => ({
  inside: countOf(row("inside")),
  outside: countOf(row("outside")),
  unknown: countOf(row("unknown")),
}));

/** Calls through a profile, by the source Region: out of `spillover-timeline`. */
export const spillDays: KnownReport<readonly Day[]> = days(["known", "spilled", "unknown"], (row) => ({
  inside: countOf(row("known")) - countOf(row("spilled")),
  outside: countOf(row("spilled")),
  unknown: countOf(row("unknown")),
}));
