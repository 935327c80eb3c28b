/** Which account-Regions have fallen silent and how old the oldest logs are, out of `freshness`. */
import { type KnownReport, textOf } from "./reducer.ts";

export interface Age {
  readonly account: string;
  readonly region: string;
  /** Null without a log file. */
  readonly hours: number | null;
  readonly gap: string | null;
}

export interface FreshnessFacts {
  readonly accountRegions: number;
  /** Account-Regions by kind of gap. */
  readonly gaps: ReadonlyMap<string, number>;
  /** Those with a gap first, then by age; no more than are drawn. */
  readonly oldest: readonly Age[];
}

const mostKept = 10;

/** Silence first; a log that never came is older than any. */
function order(a: Age, b: Age): number {
  const age = ({ hours }: Age): number => hours ?? Number.MAX_VALUE;
  return (
    Number(b.gap !== null) - Number(a.gap !== null) ||
    age(b) - age(a) ||
    (`${a.account} ${a.region}` < `${b.account} ${b.region}` ? -1 : 1)
  );
}

export const freshness: KnownReport<FreshnessFacts> = {
  columns: ["account_id", "region", "newest_log", "age_hours", "gap"],
  start: () => {
    const gaps = new Map<string, number>();
    let accountRegions = 0;
    let oldest: Age[] = [];
    return {
      add: (row) => {
        accountRegions++;
        const [hours, gap] = [row("age_hours"), textOf(row("gap"))];
        if (gap !== null) gaps.set(gap, (gaps.get(gap) ?? 0) + 1);
        const age = {
          account: textOf(row("account_id")) ?? "",
          region: textOf(row("region")) ?? "",
          hours: typeof hours === "number" ? hours : null,
          gap,
        };
        oldest = [...oldest, age].toSorted(order).slice(0, mostKept);
      },
      facts: () => ({ accountRegions, gaps, oldest }),
    };
  },
};
