/** How much was seen for the first time, and since when anything is known, out of `first-seen`. */
import { type KnownReport, textOf } from "./reducer.ts";

export interface FirstSeenFacts {
  /** Rows by kind: principal, profile, model, account, spill-day. */
  readonly counts: ReadonlyMap<string, number>;
  /** Rows of which something is missing that would have to be known. */
  readonly doubtful: number;
  /** First day before the range that the logs show; null: nothing before it is loaded, so everything looks new. */
  readonly knownSince: string | null;
}

export const firstSeen: KnownReport<FirstSeenFacts> = {
  columns: [
    "what",
    "value",
    "served_region",
    "account_id",
    "first_seen",
    "invocations",
    "known_since",
    "usual_low",
    "usual_high",
    "missing",
  ],
  start: () => {
    const counts = new Map<string, number>();
    let doubtful = 0;
    let knownSince: string | null = null;
    return {
      add: (row) => {
        const what = textOf(row("what")) ?? "";
        counts.set(what, (counts.get(what) ?? 0) + 1);
        if (row("missing") !== null) doubtful++;
        knownSince ??= textOf(row("known_since"));
      },
      facts: () => ({ counts, doubtful, knownSince }),
    };
  },
};
