/** Tokens by served Region, out of `tokens-by-region`. */
import { type KnownReport, groupOf, textOf, wholeOf } from "./reducer.ts";

/** Sums are exact: a log may state counts that a number cannot hold. */
export interface TokenSum {
  /** Null: not known. */
  readonly region: string | null;
  readonly calls: bigint;
  readonly input: bigint;
  readonly output: bigint;
  readonly cacheRead: bigint;
  readonly cacheWrite: bigint;
  /** Calls that state no tokens. */
  readonly without: bigint;
}

const columns = {
  calls: "invocations",
  input: "input_tokens",
  output: "output_tokens",
  cacheRead: "cache_read_tokens",
  cacheWrite: "cache_write_tokens",
  without: "without_count",
} as const;

type Sums = { -readonly [key in keyof typeof columns]: bigint };

const names = Object.keys(columns) as readonly (keyof typeof columns)[]; // Object.keys forgets which keys there are

export const tokens: KnownReport<readonly TokenSum[]> = {
  columns: ["served_region", ...Object.values(columns)],
  start: () => {
    const byRegion = new Map<string | null, Sums>();
    const none = (): Sums => ({ calls: 0n, input: 0n, output: 0n, cacheRead: 0n, cacheWrite: 0n, without: 0n });
    return {
      add: (row) => {
        const sums = groupOf(byRegion, textOf(row("served_region")), none);
        for (const name of names) sums[name] += wholeOf(row(columns[name]));
      },
      facts: () =>
        [...byRegion]
          .map(([region, sums]) => ({ region, ...sums }))
          .toSorted(
            (a, b) => Number(b.input + b.output - a.input - a.output) || (String(a.region) < String(b.region) ? -1 : 1),
          ),
    };
  },
};
