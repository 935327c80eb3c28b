/** The days of each account-Region, out of `coverage`. */
import { dayMs } from "../../../day.ts";
import { type KnownReport, countOf, groupOf, textOf } from "./reducer.ts";

/** From a whole day of logs to none. */
export type DayState = "logs" | "quarantined" | "pruned" | "no file" | "not listed" | "other gap";

export interface CoverageDay {
  /** Days since 1970. */
  readonly day: number;
  readonly state: DayState;
  readonly records: number;
}

export interface AccountRegion {
  readonly account: string;
  readonly region: string;
  readonly days: readonly CoverageDay[];
  /** Days with a gap of any kind. */
  readonly gaps: number;
  readonly objects: number;
}

export interface CoverageFacts {
  /** Sorted by account and Region. */
  readonly accountRegions: readonly AccountRegion[];
  /** Rows with a gap of each kind, as the report words it. */
  readonly gaps: ReadonlyMap<string, number>;
  /** Log files whose path names no account, Region or day. */
  readonly withoutPlace: number;
}

function stateOf(gap: string | null): DayState {
  if (gap === null) return "logs";
  if (gap === "never delivered") return "no file";
  return gap === "no file" || gap === "not listed" || gap === "quarantined" || gap === "pruned" ? gap : "other gap";
}

export const coverage: KnownReport<CoverageFacts> = {
  columns: ["account_id", "region", "day", "objects", "records", "gap"],
  start: () => {
    const groups = new Map<
      string,
      { account: string; region: string; days: CoverageDay[]; gaps: number; objects: number }
    >();
    const gaps = new Map<string, number>();
    let withoutPlace = 0;
    return {
      add: (row) => {
        const [account, region, day] = [textOf(row("account_id")), textOf(row("region")), textOf(row("day"))];
        const gap = textOf(row("gap"));
        if (gap !== null) gaps.set(gap, (gaps.get(gap) ?? 0) + 1);
        const at = day === null ? Number.NaN : Date.parse(`${day.slice(0, 10)}T00:00:00Z`) / dayMs;
        if (account === null || region === null || Number.isNaN(at)) {
          withoutPlace += countOf(row("objects"));
          return;
        }
        const group = groupOf(groups, `${account} ${region}`, () => ({
          account,
          region,
          days: [],
          gaps: 0,
          objects: 0,
        }));
        group.days.push({ day: at, state: stateOf(gap), records: countOf(row("records")) });
        group.objects += countOf(row("objects"));
        if (gap !== null) group.gaps++;
      },
      facts: () => ({
        accountRegions: [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group),
        gaps,
        withoutPlace,
      }),
    };
  },
};
