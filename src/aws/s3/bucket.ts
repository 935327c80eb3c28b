/** The listing requests to a bucket: pages of keys, and the folders of a prefix. */
import type { ListObjectsV2CommandInput, ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import { type S3Access, bucketParams } from "../access.ts";
import { explainS3 } from "./explain.ts";
import { callService } from "../call.ts";

export interface ListedObject {
  readonly key: string;
  /** Without quotes; empty where the store gives none. */
  readonly etag: string;
  /** The size; null where the store does not say it. */
  readonly size: number | null;
  /** The mark of a version: the ETag, else size and time of the last change. */
  readonly version: string;
}

export interface KeyRange {
  readonly prefix: string;
  readonly startAfter: string | null;
  readonly endBefore: string | null;
}

export interface Bucket {
  readonly access: S3Access;
  /** Keys in order, page by page. */
  keys(range: KeyRange): AsyncGenerator<readonly ListedObject[]>;
  /** The sub-folders of a folder, each with its final slash, and some of the keys beside them. */
  folders(prefix: string): Promise<FolderListing>;
}

export interface FolderListing {
  readonly folders: readonly string[];
  /** Some keys directly in the folder, at most a page. */
  readonly keys: readonly string[];
  /** There were more pages than `maxFolderPages`. */
  readonly truncated: boolean;
}

/** A folder with more sub-folders than this is not one of CloudTrail's. */
const maxFolderPages = 20;

export function openBucket(access: S3Access, signal?: AbortSignal): Bucket {
  const page = (input: Omit<ListObjectsV2CommandInput, "Bucket">): Promise<ListObjectsV2CommandOutput> =>
    listPage(access, input, signal);
  return {
    access,
    keys: (range) => listKeys(page, range),
    folders: (prefix) => listFolders(page, prefix),
  };
}

type PageOf = (input: Omit<ListObjectsV2CommandInput, "Bucket">) => Promise<ListObjectsV2CommandOutput>;

async function listPage(
  access: S3Access,
  input: Omit<ListObjectsV2CommandInput, "Bucket">,
  signal: AbortSignal | undefined,
): Promise<ListObjectsV2CommandOutput> {
  try {
    return await callService(
      "s3",
      access,
      ({ sdk, client }, options) =>
        // Keys may hold characters that XML cannot.
        client.send(new sdk.ListObjectsV2Command({ ...bucketParams(access), EncodingType: "url", ...input }), options),
      signal,
    );
  } catch (thrown) {
    throw explainS3(thrown, { action: "list", access, path: input.Prefix ?? "" });
  }
}

async function* listKeys(page: PageOf, range: KeyRange): AsyncGenerator<readonly ListedObject[]> {
  let token: string | undefined;
  for (;;) {
    const answer = await page({
      Prefix: range.prefix,
      ...(token === undefined ? {} : { ContinuationToken: token }),
      ...(range.startAfter === null ? {} : { StartAfter: range.startAfter }),
    });
    const decode = decoderOf(answer);
    const objects: ListedObject[] = [];
    let ended = false;
    // MinIO ends a listing with a page that has no Contents at all.
    for (const { Key, ETag, Size, LastModified } of answer.Contents ?? []) {
      if (Key === undefined) continue;
      const key = decode(Key);
      if (range.endBefore !== null && key >= range.endBefore) {
        ended = true;
        break;
      }
      // The zero-byte marker that some consoles create for a folder is not an object of a trail.
      if (key.endsWith("/")) continue;
      const etag = unquote(ETag ?? "");
      const version = etag === "" ? `${Size ?? ""}-${LastModified?.getTime() ?? ""}` : etag;
      objects.push({ key, etag, size: Size ?? null, version });
    }
    if (objects.length > 0) yield objects;
    token = nextToken(answer, token);
    if (ended || token === undefined) return;
  }
}

async function listFolders(page: PageOf, prefix: string): Promise<FolderListing> {
  const folders: string[] = [];
  const keys: string[] = [];
  let token: string | undefined;
  for (let pages = 0; pages < maxFolderPages; pages++) {
    const answer = await page({
      Prefix: prefix,
      Delimiter: "/",
      ...(token === undefined ? {} : { ContinuationToken: token }),
    });
    const decode = decoderOf(answer);
    for (const { Prefix } of answer.CommonPrefixes ?? []) if (Prefix !== undefined) folders.push(decode(Prefix));
    if (pages === 0) {
      for (const { Key } of answer.Contents ?? []) if (Key !== undefined && !Key.endsWith("/")) keys.push(decode(Key));
    }
    token = nextToken(answer, token);
    if (token === undefined) return { folders, keys, truncated: false };
  }
  return { folders, keys, truncated: true };
}

/** A store that repeats a token would be listed for ever. */
function nextToken(answer: ListObjectsV2CommandOutput, last: string | undefined): string | undefined {
  if (answer.IsTruncated !== true) return undefined;
  const token = answer.NextContinuationToken;
  if (token === undefined || token === last) {
    throw new Error("the store says that the listing goes on, but not from where (no new NextContinuationToken)");
  }
  return token;
}

/** Only what the store says it encoded: versitygw ignores the request. S3 writes a blank as `+`. */
function decoderOf(answer: ListObjectsV2CommandOutput): (text: string) => string {
  return answer.EncodingType === "url" ? (text) => decodeURIComponent(text.replaceAll("+", " ")) : (text) => text;
}

function unquote(etag: string): string {
  return etag.replace(/^"(.*)"$/, "$1");
}
