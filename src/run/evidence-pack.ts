/** What became of an evidence pack in a run: plain data for the run report and the metrics. */

/** What became of one pack. */
export interface EvidencePack {
  readonly target: string;
  readonly from: string;
  readonly to: string;
  /** `changed`: it was made before, of other inputs, and stands beside that one. */
  readonly outcome: "made" | "unchanged" | "changed";
  /** What differs from the one before. */
  readonly changes: readonly string[];
}
