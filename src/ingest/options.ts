/** The options of a run, and its reports while it goes on. */
import type { VerifyPlan } from "./check-digests.ts";
import type { ObjectSource } from "./listing/source.ts";
import type { Expectation } from "../store/warehouse.ts";
import type { IngestSummary } from "./summary.ts";

export interface IngestOptions {
  readonly warehouse: string;
  readonly sources: readonly ObjectSource[];
  readonly threads?: number | undefined;
  /** Inflated bytes above which an object is refused. */
  readonly maxRawBytes?: number | undefined;
  readonly now?: () => Date;
  readonly onProgress?: (progress: IngestProgress) => void;
  /** Called with what had to be mended before the run could begin. */
  readonly onNotice?: (message: string) => void;
  /** The signal to stop at the next batch boundary: what was read until then is committed. */
  readonly signal?: AbortSignal | undefined;
  /** Seconds after which a commit takes what was read; a crash loses at most that much work. */
  readonly commitSeconds?: number | undefined;
  /** The user's own boundaries, for the table `boundary`; undefined leaves the table as it is. */
  readonly boundaries?: ReadonlyMap<string, readonly string[]> | undefined;
  /** Accounts and Regions whose logs are expected; undefined leaves them as they are. */
  readonly expected?: Expectation | undefined;
  /** Called with the summary of a run that is about to fail although it published what it could read. */
  readonly onStopped?: (summary: IngestSummary) => void;
  /** The plan to hash the log files and check them against CloudTrail's digests when all are read. */
  readonly verify?: VerifyPlan | undefined;
}

export interface IngestProgress {
  readonly listed: number;
  readonly listingDone: boolean;
  readonly done: number;
  readonly rawBytes: number;
  readonly bedrock: number;
  /** The source's own words about its progress; empty if it has none. */
  readonly sourceProgress: string;
}
