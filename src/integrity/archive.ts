/** The role of an archive: where digests and logs lie, by account and Region, in a bucket or a folder. */
import type { Seal } from "../parse/seal.ts";
import type { DigestName, TrailPlace } from "./digest-name.ts";

/** Instants of delivery, epoch milliseconds; null: from the beginning, until now. */
export interface TimeRange {
  readonly from: number | null;
  readonly to: number | null;
}

/** Why a file could not be read. It says nothing about its content. */
export type UnreadReason = "denied" | "kms" | "archived" | "not-found" | "failed" | "not-hashed";

export interface Unread {
  readonly unread: UnreadReason;
  /** In words. */
  readonly detail: string;
}

export function isUnread(thing: object): thing is Unread {
  return "unread" in thing;
}

export interface DigestFile {
  readonly key: string;
  readonly uri: string;
  readonly name: DigestName;
  /** For `readDigest` of the same archive, which knows what it is. */
  readonly locator: unknown;
}

/** What S3 keeps beside a digest; a plain copy loses it. */
export interface DigestMetadata {
  /** Hex. */
  readonly signature: string | null;
  readonly algorithm: string | null;
  /** Of a backfill digest: when it was made. */
  readonly backfillAt: string | null;
}

export interface StoredDigest {
  readonly bytes: Uint8Array;
  /** Null: this archive keeps none. */
  readonly metadata: DigestMetadata | null;
}

/** A log file of the listing, with what its reader needs to find it. */
export interface LogFile {
  readonly key: string;
  readonly uri: string;
  /** By its name, null if that says nothing. */
  readonly deliveredAt: number | null;
  /** For `readLogs` of the same archive, which knows what it is. */
  readonly locator: unknown;
}

/** Digests and logs of one account and Region below one `AWSLogs/`. Listings throw `source-denied` where they are refused. */
export interface Area extends TrailPlace {
  /** Made at some time: nothing that came later can be expected in it. */
  readonly isCopy: boolean;
  /** By time, with a neighbour on each side of the range where there is one. */
  digests(range: TimeRange): Promise<readonly DigestFile[]>;
  /** Page by page. */
  logs(range: TimeRange): AsyncIterable<readonly LogFile[]>;
  readDigest(file: DigestFile): Promise<StoredDigest | Unread>;
  /** The key here of what lies in `bucket` at `key`; null for a bucket that was not named. */
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
  /** As the user named it. */
  readonly name: string;
  areas(): Promise<readonly Area[]>;
  /** Folders that we are not allowed to list, each in a sentence; known after `areas`. */
  readonly gaps: readonly string[];
}

/** Hashes log files, in the order given. */
export type ReadLogs = (files: readonly LogFile[]) => Promise<readonly (Seal | Unread)[]>;
