/** The role of a source: something that lists trail objects. Workers fetch the bytes through the locator. */
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

/** How a worker gets the bytes of an object; plain data, because it travels between threads. */
export type Locator =
  | { readonly kind: "file"; readonly path: string }
  /** The source had to fetch them to know what there is. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | S3Locator
  /** Nobody: the source makes event files of it itself, see `extract`. */
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
  /** Why this is not a log file to be read, null if it is one. */
  readonly skip: string | null;
  /** A trail's unless said. */
  readonly kind?: ObjectKind;
  readonly locator: Locator;
}

/** What a source remembers between runs, as it left it. */
export interface SourceMemory {
  /** Values (JSON texts) by name; empty for a new warehouse. Waits until the warehouse is open. */
  read(scope: string): Promise<ReadonlyMap<string, string>>;
}

/** Part of a listing. */
export interface ListedChunk {
  readonly objects: readonly TrailObject[];
  /** What the source remembers once every one of the objects is committed: never before. */
  readonly states?: readonly SourceState[];
}

/** What became of what a source listed. */
export interface SourceOutcome {
  /** The listing came to its end and everything it gave is committed. */
  readonly complete: boolean;
  readonly runId: string;
  /** The clock of the run. */
  readonly now: Date;
  /** Objects of the ledger that lie in what was listed completely and were not listed by this run. */
  missing(keys: ListedKeyRange): Promise<readonly MissingObject[]>;
  /** First delivery day below these beginnings of URIs with an object that no run could read. Ask for what is missing before. */
  oldestUnread(prefixes: readonly string[]): Promise<string | null>;
}

/** What a source made of an object itself: files with its events, or the reason why it cannot be read. */
export type Extraction =
  | {
      /** Parquet, with the columns of `eventTable`; the events name the log files that they came from. */
      readonly files: readonly string[];
      readonly rawBytes: number;
      /** Records of the object, and other services' among them; 0 where they were not counted. */
      readonly records: number;
      readonly other: number;
    }
  | { readonly unreadable: string };

/** What a source says after the last commit. */
export interface SourceReport {
  /** What to remember of the run as a whole. */
  readonly states?: readonly SourceState[];
  /** What was noticed; those that are stored already are not reported again. */
  readonly findings?: readonly LogFinding[];
  /** What could not be looked at, each in a sentence: the run is incomplete by these. */
  readonly gaps?: readonly string[];
  /** Only of a complete listing. */
  readonly listed?: Listed | undefined;
}

/** Lists in chunks, so that a bucket with millions of keys never stands in memory as a whole. */
export interface ObjectSource {
  /** As the user named it, for messages and the run table. */
  readonly name: string;
  /** What its objects hold, and whose ledger remembers them; a trail's unless said. */
  readonly kind?: ObjectKind;
  list(memory: SourceMemory): AsyncIterable<ListedChunk>;
  /** Where it stands, in words, for sources whose objects cannot be counted before they are there. */
  progress?(): string;
  /** Makes event files in `folder` of an object whose locator is `source`: each is committed by itself, one after the other. */
  extract?(object: TrailObject, folder: string): Promise<Extraction>;
  /** What came of an extracted object is committed. */
  extracted?(object: TrailObject, events: number, newEvents: number): void;
  /** Asked after the last commit, before publishing; not when the run failed. */
  finished?(outcome: SourceOutcome): Promise<SourceReport>;
}

/** A source that remembers nothing, or is asked outside of a run. */
export const noMemory: SourceMemory = { read: () => Promise.resolve(new Map()) };
