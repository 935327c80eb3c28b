/** How many routes do not fit, and how, out of `drift`. */
import { type KnownReport, textOf } from "./reducer.ts";

export interface DriftFacts {
  readonly routes: number;
  /** Routes that bear a mark, by mark; what was denied is one kind, whoever was stopped. */
  readonly marks: ReadonlyMap<string, number>;
}

export const drift: KnownReport<DriftFacts> = {
  columns: ["profile_id", "source_region", "destination_region", "declared", "allowed", "served", "denied", "mark"],
  start: () => {
    const marks = new Map<string, number>();
    let routes = 0;
    return {
      add: (row) => {
        routes++;
        for (const mark of marksOf(textOf(row("mark")))) marks.set(mark, (marks.get(mark) ?? 0) + 1);
      },
      facts: () => ({ routes, marks }),
    };
  },
};

/** The kinds of mark that a route bears. */
export function marksOf(mark: string | null): readonly string[] {
  if (mark === null) return [];
  return [...new Set(mark.split("; ").map((each) => (each.startsWith("denied by ") ? "denied" : each)))];
}
