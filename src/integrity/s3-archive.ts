/** The S3 archive: digests with their signatures, and logs, of everything below `s3://bucket/prefix`. It reads and never leaves the bucket. */
import { dayMs } from "../day.ts";
import type { S3Locator } from "../aws/access.ts";
import { type S3AccessOptions, accessOf, checkS3Access } from "../aws/options.ts";
import { type Bucket, type ListedObject, openBucket } from "../aws/s3/bucket.ts";
import { fetchWithMetadata } from "../aws/s3/fetch-object.ts";
import { locateBucket } from "../aws/s3/locate-bucket.ts";
import { parseS3Url } from "../aws/s3/url.ts";
import { SpillwayError } from "../errors.ts";
import type { Archive, Area, DigestFile, LogFile, StoredDigest, TimeRange, Unread } from "./archive.ts";
import { parseDigestName, parseLogName } from "./digest-name.ts";
import { type AreaFolders, findAreas } from "./find-areas.ts";
import { lookBackMs, selectDigests } from "./select-digests.ts";
import { unreadOf } from "./unread.ts";

export interface S3ArchiveOptions extends S3AccessOptions {
  readonly accounts?: readonly string[] | undefined;
  readonly regions?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @throws SpillwayError `usage`; from `areas` also `source-not-found`, `source-denied`, `source-unreachable`, `credentials` */
export function s3Archive(url: string, options: S3ArchiveOptions = {}): Archive {
  const { bucket: name, prefix } = parseS3Url(url);
  checkS3Access(options);
  const gaps: string[] = [];
  return {
    name: url,
    gaps,
    areas: async () => {
      const probe = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
      const { access } = await locateBucket(accessOf(name, options, process.env), probe, options.signal);
      const bucket = openBucket(access, options.signal);
      const filter = { accounts: options.accounts ?? [], regions: options.regions ?? [] };
      const found = await findAreas(bucket, prefix, filter);
      gaps.push(...found.refused);
      return found.areas.map((folders) => areaOf(folders, bucket));
    },
  };
}

function areaOf({ base, accountId, region, digests, logs }: AreaFolders, bucket: Bucket): Area {
  const { access } = bucket;
  const uriOf = (key: string): string => `s3://${access.bucket}/${key}`;
  const digestsOf = async (range: TimeRange): Promise<DigestFile[]> => {
    const files: DigestFile[] = [];
    for await (const page of pages(bucket, digests, range)) {
      for (const { key, etag, size } of page) {
        const name = parseDigestName(key);
        if (name !== null) files.push({ key, uri: uriOf(key), name, locator: { kind: "s3", key, etag, size, access } });
      }
    }
    return files;
  };
  return {
    base,
    accountId,
    region,
    isCopy: false,
    digests: async (range) => {
      const { from, to } = range;
      const near = await digestsOf({
        from: from === null ? null : from - lookBackMs,
        to: to === null ? null : to + lookBackMs,
      });
      // If there is nothing near, the end of the chain has to be found, however old it is.
      return selectDigests(near.length > 0 || from === null ? near : await digestsOf({ from: null, to: null }), range);
    },
    async *logs(range) {
      for await (const page of pages(bucket, logs, range)) {
        const files: LogFile[] = [];
        for (const { key, etag, size } of page) {
          const name = parseLogName(key);
          if (name === null) continue;
          const locator: S3Locator = { kind: "s3", key, etag, size, access };
          files.push({ key, uri: uriOf(key), deliveredAt: name.deliveredAt, locator });
        }
        yield files;
      }
    },
    readDigest: async (file) => await readDigest(file),
    keyOfUri: (uri) => uri.slice(uriOf("").length),
    keyOf: (other, key) => (other === access.bucket ? key : null),
    uriOf,
  };
}

/** Keys of the days that the range touches, page by page. */
async function* pages(
  bucket: Bucket,
  folders: ReadonlySet<string>,
  { from, to }: TimeRange,
): AsyncGenerator<readonly ListedObject[]> {
  for (const prefix of folders) {
    yield* bucket.keys({
      prefix,
      startAfter: from === null ? null : `${prefix}${dayPath(from)}/`,
      endBefore: to === null ? null : `${prefix}${dayPath(to + dayMs)}/`,
    });
  }
}

function dayPath(time: number): string {
  return new Date(time).toISOString().slice(0, 10).replaceAll("-", "/");
}

async function readDigest(file: DigestFile): Promise<StoredDigest | Unread> {
  try {
    // `digests` above put it there.
    const { bytes, metadata } = await fetchWithMetadata(file.locator as S3Locator);
    return {
      bytes,
      metadata: {
        signature: metadata["signature"] ?? null,
        algorithm: metadata["signature-algorithm"] ?? null,
        backfillAt: metadata["backfill-generation-timestamp"] ?? null,
      },
    };
  } catch (thrown) {
    // The whole bucket is out of reach, not only this digest.
    if (thrown instanceof SpillwayError) throw thrown;
    return unreadOf(thrown);
  }
}
