/** The summary of an ingest: its numbers, the identities of R8 that bind them, and its findings. */
import type { Tally } from "../integrity/tally.ts";
import type { SpillwayError } from "../errors.ts";
import type { LogFinding } from "./listing/source.ts";
import type { SourceCounts } from "./run-totals.ts";
import type { ReadObject } from "./worker-protocol.ts";

export { identities } from "../store/runs.ts";

/** Counts of one run; every one of them is stored with the run and printed. */
export interface IngestCounts {
  objectsListed: number;
  /** Objects that the ledger has in the same version and that are not read again. */
  objectsKnown: number;
  objectsLoaded: number;
  objectsSkipped: number;
  objectsQuarantined: number;
  /** Loaded objects whose name had been loaded with another ETag. */
  objectsChanged: number;
  records: number;
  bedrockEvents: number;
  other: number;
  rejected: number;
  newEvents: number;
  duplicates: number;
  /** Events whose eventID had come with other content. */
  contentConflicts: number;
  /** Bedrock records whose eventVersion has another major number. */
  otherMajor: number;
  /** Records of model invocation logs, and what became of them. */
  logRecords: number;
  logsKept: number;
  logsRejected: number;
  logsOther: number;
  newLogs: number;
  duplicateLogs: number;
  rawBytes: number;
}

export function emptyCounts(): IngestCounts {
  return {
    objectsListed: 0,
    objectsKnown: 0,
    objectsLoaded: 0,
    objectsSkipped: 0,
    objectsQuarantined: 0,
    objectsChanged: 0,
    records: 0,
    bedrockEvents: 0,
    other: 0,
    rejected: 0,
    newEvents: 0,
    duplicates: 0,
    contentConflicts: 0,
    otherMajor: 0,
    logRecords: 0,
    logsKept: 0,
    logsRejected: 0,
    logsOther: 0,
    newLogs: 0,
    duplicateLogs: 0,
    rawBytes: 0,
  };
}

export function countObject(counts: IngestCounts, read: ReadObject): void {
  if (read.status === "loaded") counts.objectsLoaded++;
  else if (read.status === "skipped") counts.objectsSkipped++;
  else counts.objectsQuarantined++;
  counts.rawBytes += read.rawBytes;
  if (read.object.kind === "invocation-log") {
    counts.logRecords += read.records;
    counts.logsKept += read.bedrock;
    counts.logsRejected += read.rejected.length;
    counts.logsOther += read.other;
    return;
  }
  counts.records += read.records;
  counts.bedrockEvents += read.bedrock;
  counts.other += read.other;
  counts.otherMajor += read.otherMajor;
  counts.rejected += read.rejected.length;
}

export interface ObjectFinding {
  readonly uri: string;
  readonly reason: string;
}

/** A source that could not be read, or not to its end. */
export interface SourceFailure {
  readonly source: string;
  readonly error: SpillwayError;
}

export interface IngestSummary {
  readonly runId: string;
  readonly counts: Readonly<IngestCounts>;
  readonly published: boolean;
  readonly interrupted: boolean;
  readonly seconds: number;
  /** The first quarantined objects, at most 20. */
  readonly quarantined: readonly ObjectFinding[];
  /** The reasons for skipping objects, with counts. */
  readonly skipped: ReadonlyMap<string, number>;
  /** New findings about the logs, the first 20 of each kind. */
  readonly findings: readonly LogFinding[];
  /** Counts of all new findings by kind. */
  readonly findingCounts: ReadonlyMap<LogFinding["kind"], number>;
  /** What could not be looked at, each in a sentence. */
  readonly gaps: readonly string[];
  /** The counts of each source, in their order. */
  readonly sources: readonly SourceCounts[];
  /** Sources that went out of reach; the others were read. */
  readonly failures: readonly SourceFailure[];
  /** Events of days already pruned, which are not in the warehouse. */
  readonly lateEvents: number;
  /** The result of checking CloudTrail's digests; undefined without a check. */
  readonly digests?: Tally | undefined;
}

/** Whether something was not seen, or is wrong with the logs: the cases for `--strict`. */
export function isIncomplete({ counts, findingCounts, gaps, digests }: IngestSummary): boolean {
  const unshown = (digests?.gaps ?? 0) + (digests?.findings ?? 0);
  return (
    counts.objectsQuarantined + counts.rejected + counts.logsRejected + findingCounts.size + gaps.length + unshown > 0
  );
}
