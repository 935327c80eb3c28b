/** What a run is given, and what it tells while it goes on. */
import type { VerifyPlan } from "./check-digests.ts";
import type { ObjectSource } from "./listing/source.ts";
import type { Expectation } from "../store/warehouse.ts";
import type { IngestSummary } from "./summary.ts";

export interface IngestOptions {
  readonly warehouse: string;
  readonly sources: readonly ObjectSource[];
  readonly threads?: number | undefined;
  /** Refuse objects that inflate to more bytes than this. */
  readonly maxRawBytes?: number | undefined;
  readonly now?: () => Date;
  readonly onProgress?: (progress: IngestProgress) => void;
  /** Told what had to be mended before it could begin. */
  readonly onNotice?: (message: string) => void;
  /** Stops at the next batch boundary: what was read until then is committed. */
  readonly signal?: AbortSignal | undefined;
  /** A commit takes what is read when this long has passed since the last one; a crash loses at most that much work. */
  readonly commitSeconds?: number | undefined;
  /** The user's own boundaries, for the table `boundary`; without them what is there stays. */
  readonly boundaries?: ReadonlyMap<string, readonly string[]> | undefined;
  /** Accounts and Regions whose logs are expected; without them what is there stays. */
  readonly expected?: Expectation | undefined;
  /** The summary of a run that is about to fail although it published what it could read. */
  readonly onStopped?: (summary: IngestSummary) => void;
  /** Take the hashes of the log files, and judge them by CloudTrail's digests when all are read. */
  readonly verify?: VerifyPlan | undefined;
}

export interface IngestProgress {
  readonly listed: number;
  readonly listingDone: boolean;
  readonly done: number;
  readonly rawBytes: number;
  readonly bedrock: number;
  /** Where the source stands, in its own words; empty if it has none. */
  readonly sourceProgress: string;
}
