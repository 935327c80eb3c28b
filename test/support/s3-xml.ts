/** The answers of the S3 test endpoint: which keys make up a page, and its XML. */
import type { StoredObject } from "./s3-server.ts";

export interface PageRequest {
  readonly prefix: string;
  readonly delimiter: string;
  /** Last key or common prefix of the page before, or the start-after of the caller. */
  readonly after: string;
  /** A token that names a common prefix goes on behind all its keys; a start-after does not. */
  readonly byToken: boolean;
  readonly maxKeys: number;
}

export interface ListedPage {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  /** Null: this was the last page. */
  readonly next: string | null;
}

export function page(all: readonly string[], request: PageRequest): ListedPage {
  const { prefix, delimiter, after, byToken, maxKeys } = request;
  const keys: string[] = [];
  const prefixes: string[] = [];
  let last = "";
  for (const key of all.filter((name) => name.startsWith(prefix)).toSorted((a, b) => (a < b ? -1 : 1))) {
    if (key <= after || (byToken && delimiter !== "" && after.endsWith(delimiter) && key.startsWith(after))) continue;
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const common = cut < 0 ? null : key.slice(0, cut + delimiter.length);
    if (common !== null && common === prefixes.at(-1)) continue;
    if (keys.length + prefixes.length >= maxKeys) return { keys, prefixes, next: last };
    if (common === null) keys.push(key);
    else prefixes.push(common);
    last = common ?? key;
  }
  return { keys, prefixes, next: null };
}

export function listXml(
  bucket: string,
  prefix: string,
  listed: ListedPage,
  objects: ReadonlyMap<string, StoredObject>,
  encode: boolean,
): string {
  const text = (value: string): string =>
    encode ? encodeURIComponent(value).replaceAll("%2F", "/").replaceAll("%20", "+") : escape(value);
  const contents = listed.keys.map((key) => {
    const object = objects.get(key);
    return `<Contents><Key>${text(key)}</Key><LastModified>2026-09-14T08:00:00.000Z</LastModified><ETag>&quot;${object?.etag}&quot;</ETag><Size>${object?.body.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
  });
  const prefixes = listed.prefixes.map((name) => `<CommonPrefixes><Prefix>${text(name)}</Prefix></CommonPrefixes>`);
  const next = listed.next === null ? "" : `<NextContinuationToken>${escape(listed.next)}</NextContinuationToken>`;
  const encoding = encode ? "<EncodingType>url</EncodingType>" : "";
  return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucket}</Name><Prefix>${text(prefix)}</Prefix><KeyCount>${listed.keys.length + listed.prefixes.length}</KeyCount>${encoding}<IsTruncated>${listed.next !== null}</IsTruncated>${next}${contents.join("")}${prefixes.join("")}</ListBucketResult>`;
}

export function locationXml(region: string): string {
  const constraint = region === "us-east-1" ? "" : region;
  return `<?xml version="1.0" encoding="UTF-8"?><LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${constraint}</LocationConstraint>`;
}

export function errorXml(code: string, message: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${escape(message)}</Message><RequestId>TEST</RequestId></Error>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
