/** The input and the result of a commit, as plain data. */
import type { LogFinding } from "./findings.ts";
import type { SourceState } from "./source-state.ts";

/** The result of reading one trail object. */
export interface LedgerEntry {
  readonly uri: string;
  readonly etag: string;
  readonly size: number;
  readonly status: "loaded" | "skipped" | "quarantined" | "unreadable";
  readonly reason: string | null;
  readonly accountId: string | null;
  readonly region: string | null;
  readonly day: string | null;
  readonly records: number;
  readonly bedrock: number;
  readonly rejected: number;
  readonly other: number;
  /** The version in a versioned bucket. */
  readonly versionId?: string | null | undefined;
  /** The hashes taken by an ingest that verifies. */
  readonly hashes?: ObjectHashes | undefined;
}

export interface ObjectHashes {
  /** SHA-256 of the inflated bytes, hex; null if the file is not one whole gzip stream. */
  readonly sha256: string | null;
  /** SHA-256 of the bytes as stored, hex. */
  readonly sha256Object: string;
  /** `format` or `trailing-bytes`. */
  readonly flaw: string | null;
}

export interface QuarantineEntry {
  readonly uri: string;
  readonly etag: string;
  readonly recordIndex: number | null;
  readonly reason: string;
  readonly eventId: string | null;
}

/** The calls of one operation that an aggregated event counts; times are epoch milliseconds. */
export interface AggregatedEntry {
  readonly eventId: string;
  readonly accountId: string | null;
  readonly region: string | null;
  readonly windowStart: number | null;
  readonly eventSource: string;
  readonly eventName: string;
  readonly isInference: boolean;
  readonly calls: number;
  readonly uri: string;
}

/** Parquet files with the columns of eventTable, and the objects that they came from. */
export interface StagedBatch {
  readonly files: readonly string[];
  readonly objects: readonly LedgerEntry[];
  readonly quarantine: readonly QuarantineEntry[];
  /** Parquet files of model invocation logs, whose kept records are counted as `bedrock`. */
  readonly logFiles?: readonly string[];
  readonly logObjects?: readonly LedgerEntry[];
  /** Counts that CloudTrail delivered instead of records. */
  readonly aggregated?: readonly AggregatedEntry[];
  /** Findings on these objects. */
  readonly findings?: readonly LogFinding[];
  /** States to remember once these objects are stored. */
  readonly states?: readonly SourceState[];
  /** Whether readers keep the cores busy: then one thread is enough, and takes half the memory. */
  readonly besideReaders?: boolean | undefined;
  /** Whether the batch is one object that its source extracted from many log files: see `extracted-object.ts`. */
  readonly isExtracted?: boolean | undefined;
}

export interface CommitCounts {
  readonly newEvents: number;
  readonly duplicates: number;
  /** Contents that differ from the chosen one of their eventID, seen for the first time. */
  readonly contentConflicts: number;
  /** New records of model invocation logs. */
  readonly newLogs?: number;
  readonly duplicateLogs?: number;
}
