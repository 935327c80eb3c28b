/** The messages between the run loop and its worker threads. */
import type { ErrorCode } from "../errors.ts";
import type { AggregatedCalls } from "../parse/aggregated-event.ts";
import type { RejectedRecord } from "../parse/trail-object.ts";
import type { StoredSeal } from "../parse/seal.ts";
import type { Locator, TrailObject } from "./listing/source.ts";

export interface WorkerSetup {
  /** Folder for staged event files; the store loads and removes them. */
  readonly stageFolder: string;
  readonly workerNumber: number;
  readonly maxRawBytes: number;
  /** Take the hashes that CloudTrail's digests are compared with. */
  readonly seal?: boolean | undefined;
  /** Events after which a worker stages a file without being asked. */
  readonly eventsPerFile: number;
}

export type ToWorker =
  /** All of one source, by its number among those of the run. */
  | { readonly type: "read"; readonly source: number; readonly objects: readonly TrailObject[] }
  /** The stage folder is there: from now on files may be staged. */
  | { readonly type: "ready" }
  | { readonly type: "flush" }
  | { readonly type: "stop" };

/** What became of one object that a worker read. */
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
  /** Of a versioned bucket. */
  readonly versionId?: string | null;
  /** The source refused it for want of a permission. */
  readonly denied?: boolean;
}

/** R8 counts both: what was read and is not a log, and what could not be read, which every run tries again. */
export function isQuarantined({ status }: ReadObject): boolean {
  return status === "quarantined" || status === "unreadable";
}

/** An object of which no record was read, and why. */
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
  /** For progress only: these objects were read but are not staged yet. */
  | {
      readonly type: "read";
      readonly source: number;
      readonly objects: number;
      readonly rawBytes: number;
      readonly bedrock: number;
      /** Objects that were refused for want of a permission, and why the first one was. */
      readonly denied: number;
      readonly deniedReason: string | undefined;
    }
  /** Results that may be committed: their events are in `file`, which is null when there are none. */
  | {
      readonly type: "staged";
      readonly file: string | null;
      /** The same for model invocation logs. */
      readonly logFile?: string | null;
      /** Rows in both files. */
      readonly events: number;
      readonly objects: readonly ReadObject[];
      readonly flushed: boolean;
    }
  | {
      readonly type: "failed";
      readonly message: string;
      /** Of a system error. */
      readonly code: string | undefined;
      /** Of a SpillwayError: errors lose their class between threads. */
      readonly known: { readonly code: ErrorCode; readonly next: string | undefined } | undefined;
      /** Whose objects it was reading. */
      readonly source: number | undefined;
    };
