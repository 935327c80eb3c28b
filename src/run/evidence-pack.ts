/** The result of an evidence pack in a run, as plain data for the run report and the metrics. */

/** The result of one pack. */
export interface EvidencePack {
  readonly target: string;
  readonly from: string;
  readonly to: string;
  /** `changed` means that an earlier one of other inputs exists beside it. */
  readonly outcome: "made" | "unchanged" | "changed";
  /** The differences from the earlier one. */
  readonly changes: readonly string[];
}
