/** The role of an archive: a bucket or folder with digests and logs, by account and Region. */
import type { Seal } from "../parse/seal.ts";
import type { DigestName, TrailPlace } from "./digest-name.ts";

/** A range of delivery times, epoch milliseconds; null for the beginning, or for now. */
export interface TimeRange {
  readonly from: number | null;
  readonly to: number | null;
}

/** The reasons why a file could not be read, which say nothing about its content. */
export type UnreadReason = "denied" | "kms" | "archived" | "not-found" | "failed" | "not-hashed";

export interface Unread {
  readonly unread: UnreadReason;
  /** The reason in words. */
  readonly detail: string;
}

export function isUnread(thing: object): thing is Unread {
  return "unread" in thing;
}

export interface DigestFile {
  readonly key: string;
  readonly uri: string;
  readonly name: DigestName;
  /** The place of the file for `readDigest` of the same archive. */
  readonly locator: unknown;
}

/** The metadata of a digest's S3 object, which a plain copy loses. */
export interface DigestMetadata {
  /** The signature in hex. */
  readonly signature: string | null;
  readonly algorithm: string | null;
  /** When a backfill digest was made. */
  readonly backfillAt: string | null;
}

export interface StoredDigest {
  readonly bytes: Uint8Array;
  /** The metadata; null if the archive has none. */
  readonly metadata: DigestMetadata | null;
}

/** A log file of the listing, with what its reader needs to find it. */
export interface LogFile {
  readonly key: string;
  readonly uri: string;
  /** Delivery by its name; null if the name does not say. */
  readonly deliveredAt: number | null;
  /** The place of the file for `readLogs` of the same archive. */
  readonly locator: unknown;
}

/** Digests and logs of one account and Region below one `AWSLogs/`. Listings throw `source-denied` where they are refused. */
export interface Area extends TrailPlace {
  /** Whether it is a copy, which cannot have what came after it was made. */
  readonly isCopy: boolean;
  /** The digests by time, with a neighbour on each side of the range if there is one. */
  digests(range: TimeRange): Promise<readonly DigestFile[]>;
  /** The log files, page by page. */
  logs(range: TimeRange): AsyncIterable<readonly LogFile[]>;
  readDigest(file: DigestFile): Promise<StoredDigest | Unread>;
  /** The key in this archive for `key` in `bucket`; null for a bucket that was not named. */
  keyOf(bucket: string, key: string): string | null;
  uriOf(key: string): string;
  keyOfUri(uri: string): string;
  /**
   * Of an area that knows only some of the files: whether this one, which it does not list, is there all the same.
   * Such a file is neither missing nor judged.
   */
  isThere?(key: string): Promise<boolean>;
}

export interface Archive {
  /** The user's name for it. */
  readonly name: string;
  areas(): Promise<readonly Area[]>;
  /** Folders whose listing was refused, each in a sentence; known after `areas`. */
  readonly gaps: readonly string[];
}

/** Hashes log files, in the order given. */
export type ReadLogs = (files: readonly LogFile[]) => Promise<readonly (Seal | Unread)[]>;
