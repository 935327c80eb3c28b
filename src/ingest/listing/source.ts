/** The role of a source: it lists trail objects, whose bytes the workers fetch through the locator. */
import type {
  LogFinding,
  Listed,
  ListedKeyRange,
  MissingObject,
  ObjectKind,
  SourceState,
} from "../../store/warehouse.ts";
import type { S3Locator } from "../../aws/access.ts";

export type {
  LogFinding,
  Listed,
  ListedDays,
  ListedKeyRange,
  MissingObject,
  SourceState,
} from "../../store/warehouse.ts";

/** The way to an object's bytes, as plain data, because it travels between threads. */
export type Locator =
  | { readonly kind: "file"; readonly path: string }
  /** The bytes, which the source had to fetch to list anything. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | S3Locator
  /** No bytes: the source makes event files of the object itself, see `extract`. */
  | { readonly kind: "source" };

/** One log file of a trail as a source lists it. */
export interface TrailObject {
  /** `file:///...` or `s3://bucket/key`. */
  readonly uri: string;
  /** Version of the object: the S3 ETag, or size and modification time of a file. */
  readonly etag: string;
  readonly size: number;
  readonly accountId: string | null;
  readonly region: string | null;
  /** Delivery day, YYYY-MM-DD, UTC. */
  readonly day: string | null;
  /** The reason not to read it; null for a log file. */
  readonly skip: string | null;
  /** The kind of object; default: a trail's. */
  readonly kind?: ObjectKind;
  readonly locator: Locator;
}

/** The memory of a source between runs. */
export interface SourceMemory {
  /** Values (JSON texts) by name, once the warehouse is open; empty for a new one. */
  read(scope: string): Promise<ReadonlyMap<string, string>>;
}

/** Part of a listing. */
export interface ListedChunk {
  readonly objects: readonly TrailObject[];
  /** The states to store when all of the objects are committed, never before. */
  readonly states?: readonly SourceState[];
}

/** The outcome of a source's listing. */
export interface SourceOutcome {
  /** Whether the listing reached its end and all of it is committed. */
  readonly complete: boolean;
  readonly runId: string;
  /** The clock of the run. */
  readonly now: Date;
  /** Objects of the ledger within these completely listed ranges that this run did not list. */
  missing(keys: ListedKeyRange): Promise<readonly MissingObject[]>;
  /** First delivery day, below these prefixes of URIs, of an object that no run could read. To be asked after `missing`. */
  oldestUnread(prefixes: readonly string[]): Promise<string | null>;
}

/** The result of an extraction: files with the object's events, or the reason why it cannot be read. */
export type Extraction =
  | {
      /** Parquet files with the columns of `eventTable`; the events name their log files. */
      readonly files: readonly string[];
      readonly rawBytes: number;
      /** Records of the object, and those of other services among them; 0 if not counted. */
      readonly records: number;
      readonly other: number;
    }
  | { readonly unreadable: string };

/** The report of a source after the last commit. */
export interface SourceReport {
  /** States to remember of the whole run. */
  readonly states?: readonly SourceState[];
  /** Findings; those already stored are not reported again. */
  readonly findings?: readonly LogFinding[];
  /** What could not be looked at, each in a sentence: these make the run incomplete. */
  readonly gaps?: readonly string[];
  /** The days that were listed; only after a complete listing. */
  readonly listed?: Listed | undefined;
}

/** A source, which lists in chunks: a bucket with millions of keys does not fit in memory. */
export interface ObjectSource {
  /** The user's name for it, in messages and the run table. */
  readonly name: string;
  /** The kind of its objects, and so their ledger; default: a trail's. */
  readonly kind?: ObjectKind;
  list(memory: SourceMemory): AsyncIterable<ListedChunk>;
  /** Its progress in words, for sources whose objects cannot be counted in advance. */
  progress?(): string;
  /** Makes event files in `folder` of an object whose locator is `source`; objects are extracted and committed one by one. */
  extract?(object: TrailObject, folder: string): Promise<Extraction>;
  /** Called when an extracted object is committed. */
  extracted?(object: TrailObject, events: number, newEvents: number): void;
  /** Called after the last commit, before publishing, unless the run failed. */
  finished?(outcome: SourceOutcome): Promise<SourceReport>;
}

/** A source that remembers nothing, or is asked outside of a run. */
export const noMemory: SourceMemory = { read: () => Promise.resolve(new Map()) };
