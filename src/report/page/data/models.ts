/** How many profiles and models there are, out of `spillover-by-model`. */
import { type KnownReport, countOf } from "./reducer.ts";

export interface ModelFacts {
  /** Of profile and model. */
  readonly combinations: number;
  readonly spilling: number;
  /** Served calls whose Region is unknown. */
  readonly unknown: number;
}

export const models: KnownReport<ModelFacts> = {
  columns: ["profile_id", "profile_scope", "model", "invocations", "known", "spilled", "unknown", "denied"],
  start: () => {
    let combinations = 0;
    let spilling = 0;
    let unknown = 0;
    return {
      add: (row) => {
        combinations++;
        if (countOf(row("spilled")) > 0) spilling++;
        unknown += countOf(row("unknown"));
      },
      facts: () => ({ combinations, spilling, unknown }),
    };
  },
};
