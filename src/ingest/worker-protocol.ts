/** The messages between the run loop and its worker threads. */
import type { ErrorCode } from "../errors.ts";
import type { AggregatedCalls } from "../parse/aggregated-event.ts";
import type { RejectedRecord } from "../parse/trail-object.ts";
import type { StoredSeal } from "../parse/seal.ts";
import type { Locator, TrailObject } from "./listing/source.ts";

export interface WorkerSetup {
  /** Folder for staged event files, which the store loads and removes. */
  readonly stageFolder: string;
  readonly workerNumber: number;
  readonly maxRawBytes: number;
  /** Whether to take the hashes that CloudTrail's digests are compared with. */
  readonly seal?: boolean | undefined;
  /** Events after which a worker stages a file by itself. */
  readonly eventsPerFile: number;
}

export type ToWorker =
  /** Objects of one source, which is named by its number in the run. */
  | { readonly type: "read"; readonly source: number; readonly objects: readonly TrailObject[] }
  /** The stage folder exists: from now on files may be staged. */
  | { readonly type: "ready" }
  | { readonly type: "flush" }
  | { readonly type: "stop" };

/** The result of reading one object. */
export interface ReadObject {
  readonly object: Omit<TrailObject, "locator"> & { readonly locator?: Locator };
  readonly status: "loaded" | "skipped" | "quarantined" | "unreadable";
  readonly reason: string | null;
  readonly records: number;
  readonly bedrock: number;
  readonly other: number;
  readonly otherMajor: number;
  readonly rejected: readonly RejectedRecord[];
  readonly aggregated: readonly AggregatedCalls[];
  readonly rawBytes: number;
  readonly seal?: StoredSeal;
  /** The version in a versioned bucket. */
  readonly versionId?: string | null;
  /** Whether the source refused it because a permission is missing. */
  readonly denied?: boolean;
}

/** Whether R8 counts an object as quarantined: not a log, or unreadable (which every run tries again). */
export function isQuarantined({ status }: ReadObject): boolean {
  return status === "quarantined" || status === "unreadable";
}

/** The result for an object of which no record was read, with the reason. */
export function unreadObject(
  object: ReadObject["object"],
  status: "skipped" | "quarantined" | "unreadable",
  reason: string,
): ReadObject {
  return {
    object,
    status,
    reason,
    records: 0,
    bedrock: 0,
    other: 0,
    otherMajor: 0,
    rejected: [],
    aggregated: [],
    rawBytes: 0,
  };
}

export type FromWorker =
  /** Objects that were read but are not staged yet; only for progress. */
  | {
      readonly type: "read";
      readonly source: number;
      readonly objects: number;
      readonly rawBytes: number;
      readonly bedrock: number;
      /** Objects refused because a permission is missing, with the reason of the first. */
      readonly denied: number;
      readonly deniedReason: string | undefined;
    }
  /** Results to be committed; their events are in `file`, which is null if there are none. */
  | {
      readonly type: "staged";
      readonly file: string | null;
      /** The file with rows of model invocation logs. */
      readonly logFile?: string | null;
      /** Rows in both files. */
      readonly events: number;
      readonly objects: readonly ReadObject[];
      readonly flushed: boolean;
    }
  | {
      readonly type: "failed";
      readonly message: string;
      /** The code of a system error. */
      readonly code: string | undefined;
      /** The parts of a SpillwayError: errors lose their class between threads. */
      readonly known: { readonly code: ErrorCode; readonly next: string | undefined } | undefined;
      /** The source whose objects it was reading. */
      readonly source: number | undefined;
    };
